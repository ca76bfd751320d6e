"""A report that names nobody, before clauses that depend on who acted."""

from pathlib import Path

import pyarrow as pa
import pytest

import truceline as tl

AGREEMENT = """\
agreement: test-1999
title: A test (SIMULATED)
simulated: true
timezone: Europe/Paris
parties:
  A: {name: Army A}
  B: {name: Army B}
actors:
  not-a-party: [Bandits]
provisions:
  - id: no-flights
    prohibits: overflight
    acts: [overflight]
    unless-authorised-by: [A]
    authorisations: [{id: R1, by: B, from: 1999-05-01, until: 1999-05-02}]
  - {id: prevented, prohibits: overflight, acts: [overflight], duty: prevent, who: A, of: B}
  - {id: excepted, prohibits: overflight, acts: [overflight], except: [{by: B}]}
"""


@pytest.mark.parametrize(
    ("day", "actor", "flights", "prevented", "excepted"),
    [
        ("1999-05-01", "Army B", "no-breach", "cannot-tell text", "no-breach"),
        ("1999-05-01", "Army A", "breach", "no-breach", "breach"),
        ("1999-05-01", "Bandits", "breach", "no-breach", "breach"),
        ("1999-05-01", None, "cannot-tell party", "cannot-tell party", "cannot-tell party"),
        ("1999-05-03", None, "breach", "cannot-tell party", "cannot-tell party"),
        ("1999-05-03", "Army B", "breach", "cannot-tell text", "no-breach"),
    ],
)
def test_whoever_it_was_may_be_the_one_that_the_clause_names(
    tmp_path: Path, day: str, actor: str | None, flights: str, prevented: str, excepted: str
) -> None:
    file = tmp_path / "agreement.yaml"
    file.write_text(AGREEMENT, encoding="utf-8")
    event = {"id": "1", "start": f"{day}T12:00", "lon": 2.0, "lat": 48.0, "act": "overflight"}
    found = tl.check(
        tl.agreement(str(file)),
        pa.table({k: [v] for k, v in event.items()} | {"actor": pa.array([actor], pa.string())}),
    )
    got = {r["provision"]: f"{r['verdict']} {r['cause']}".strip() for r in found.rows.to_pylist()}
    assert got == {"no-flights": flights, "prevented": prevented, "excepted": excepted}
