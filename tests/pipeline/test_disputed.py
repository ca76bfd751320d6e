"""Accounts that differ on who acted, and acts that may have answered another's."""

import pyarrow as pa
import pytest

import truceline as tl

AGREEMENT = """\
agreement: test-1999
title: A test (SIMULATED)
simulated: true
timezone: Europe/Paris
parties:
  A: {name: Army A, status: [{is: signatory, from: 1999-01-01}]}
  B: {name: Army B, status: [{is: signatory, from: 1999-01-01}]}
  C: {name: Army C}
  X: {name: Group X}
provisions:
  - {id: all, prohibits: all military actions}
  - {id: by-a-or-b, prohibits: all military actions, by: [A, B]}
  - {id: not-against-x, prohibits: all military actions, except: [{against: X}]}
  - {id: no-harm, prohibits: attacks on civilians}
  - id: answer
    prohibits: all military actions
    except: [{answering: true, by: A, basis: para 4, because: it may repel an attack}]
"""


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> tl.Terms:
    path = tmp_path_factory.mktemp("a") / "agreement.yaml"
    path.write_text(AGREEMENT, encoding="utf-8")
    return tl.agreement(str(path))


def _found(terms: tl.Terms, **columns: object) -> dict[str, str]:
    event = {"id": "1", "start": "1999-05-01T12:00", "lon": 2.0, "lat": 48.0, "act": "shelling"}
    found = tl.check(terms, pa.table({k: [v] for k, v in (event | columns).items()}))
    return {r["provision"]: f"{r['verdict']} {r['cause']}".strip() for r in found.rows.to_pylist()}


@pytest.mark.parametrize(
    ("actor", "target", "provision", "expected"),
    [
        ("Army A|Army B", "", "all", "breach"),
        ("Army A|Army B", "", "by-a-or-b", "breach"),
        ("Army A|Army C", "", "by-a-or-b", "cannot-tell party"),
        ("Army C|Group X", "", "by-a-or-b", "no-breach"),
        ("Army A|Somebody", "", "by-a-or-b", "cannot-tell party"),
        # Each side stands in the other's account; only A against X would be excepted.
        ("Army A|Group X", "Group X|Army A", "not-against-x", "cannot-tell party"),
        ("Army A|Army B", "Group X", "not-against-x", "no-breach"),
        ("Army A|Army B", "Group X|Army C", "not-against-x", "cannot-tell party"),
        ("Army A|Army B", "Civilians (X)", "no-harm", "breach"),
        ("Army A|Army B", "Civilians (X)|Army C", "no-harm", "cannot-tell act"),
    ],
)
def test_an_act_is_forbidden_only_if_it_is_so_in_every_account(
    terms: tl.Terms, actor: str, target: str, provision: str, expected: str
) -> None:
    found = _found(terms, actor=actor, target=target, attribution="disputed")
    assert found[provision] == expected


def test_joint_acts_are_told_apart_from_disputed_ones(terms: tl.Terms) -> None:
    assert _found(terms, actor="Army A|Army C")["by-a-or-b"] == "breach"


def test_the_words_say_that_accounts_differ(terms: tl.Terms) -> None:
    event = {"id": "1", "start": "1999-05-01T12:00", "lon": 2.0, "lat": 48.0, "act": "shelling"}
    told = event | {"actor": "Army A|Army B", "attribution": "disputed"}
    found = tl.check(terms, pa.table({k: [v] for k, v in told.items()}))
    row = {r["provision"]: r for r in found.rows.to_pylist()}["by-a-or-b"]
    assert (row["attribution"], row["bound"], row["party"]) == ("disputed", "yes", ["A", "B"])
    said = {r["rule"]: r["detail"] for r in found.reasons(row["finding_id"])}
    assert said["party"].startswith("Accounts differ on who acted: Army A; Army B.")
    assert said["party"].endswith("the act is forbidden to them, whichever of them it was.")


def test_an_answer_that_the_text_permits_cannot_be_told(terms: tl.Terms) -> None:
    assert _found(terms, actor="Army A")["answer"] == "cannot-tell act"
    assert _found(terms, actor="Army B")["answer"] == "breach"
    assert _found(terms, actor="Army A|Army B", attribution="disputed")["answer"] == (
        "cannot-tell act"
    )
    event = {"id": "1", "start": "1999-05-01T12:00", "lon": 2.0, "lat": 48.0, "act": "shelling"}
    found = tl.check(terms, pa.table({k: [v] for k, v in (event | {"actor": "Army A"}).items()}))
    said = {r["rule"]: r["detail"] for r in found.reasons("test-1999/answer/table:1")}
    assert said["exception"] == (
        "Acts by A, in answer to another's act are excepted (para 4): it may repel an attack. "
        "Whether this act answered another, and in proportion, no report decides; "
        "'truceline answers' lists what it may have answered."
    )
