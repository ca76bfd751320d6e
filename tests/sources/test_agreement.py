"""Agreement files: every fault with its line and column, all at once; round trips."""

import textwrap

import pytest

from truceline.sources.agreement import parse
from truceline.store import library

GOOD = textwrap.dedent(
    """\
    # An agreement for tests (SIMULATED).
    agreement: test-1999
    title: A test
    signed: 1999-01-01
    timezone: Europe/Paris   # the clock of the place
    anchors:
      start: {at: "1999-01-02T12:00"}
    parties:
      A: {name: Side A (SIMULATED), status: [{is: signatory, from: 1999-01-01}]}
      B: {name: Side B (SIMULATED)}
    places:
      P: {at: [2.0, 48.0]}
    lines:
      L: {points: [[2.0, 48.0], [3.0, 48.0]], accuracy: 2 km}
    zones:
      band: {along: L, depth: {north: 6 km, south: 6 km}}
    provisions:
      - id: art-1
        prohibits: all military actions
        zone: band
        by: [A, B]
        from: start
      - id: art-2
        requires: agree the parameters
        who: A
        within: P7D
        after: {readings: [signature, start]}
    """
)


def test_a_good_file_has_no_faults() -> None:
    found = parse(GOOD, "a.yaml")
    assert found.faults == ()
    assert found.agreement is not None
    assert found.agreement.lines["L"].accuracy == 2000


def _faulty(old: str, new: str) -> list[str]:
    assert old in GOOD
    found = parse(GOOD.replace(old, new, 1), "a.yaml")
    assert found.agreement is None
    return [str(f) for f in found.faults]


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("title: A test", "titel: A test", "a.yaml:3:1:", "unknown key 'titel'"),
        ("accuracy: 2 km", "accuracy: 2 kn", "a.yaml:14:", "'kn' is no unit of distance"),
        ("accuracy: 2 km", "accuracy: 2", "a.yaml:14:", "not a distance"),
        ("along: L", "along: M", "a.yaml:16:17:", "'M' is no line"),
        ("zone: band", "zone: bend", "a.yaml:20:11:", "did you mean 'band'?"),
        ("by: [A, B]", "by: [A, C]", "a.yaml:21:13:", "'C' is no party or group"),
        ("from: start", "from: begin", "a.yaml:22:11:", "'begin' is no anchor"),
        (
            "from: start",
            "from: start\n    until: 1998-01-01",
            "a.yaml:23:12:",
            "before it starts",
        ),
        ("title: A test", "title: A test\ntitle: B", "a.yaml:4:1:", "is here twice"),
        ("Europe/Paris", "Europe/Pariss", "a.yaml:5:11:", "no IANA timezone"),
        ("prohibits: all military actions", "prohibits: fun", "a.yaml:19:16:", "no known acts"),
        ("within: P7D", "within: 7 days", "a.yaml:26:13:", "not an ISO 8601 duration"),
        ("signed: 1999-01-01", "signed: 1999-02-30", "a.yaml:4:9:", "on no calendar"),
        ("is: signatory", "is: friend", "a.yaml:9:", "signatory"),
        ("  - id: art-2", "  - id: art-1", "a.yaml:23:9:", "second provision 'art-1'"),
        ("parties:", "parties: [", "a.yaml:", "not YAML"),
    ],
)
def test_each_fault_says_what_where_and_what_to_do(
    old: str, new: str, where: str, says: str
) -> None:
    faults = _faulty(old, new)
    assert any(f.startswith(where) and says in f for f in faults), faults


def test_all_faults_come_at_once() -> None:
    """Faults of form and of names together, each on its own line, none made up."""
    text = GOOD.replace("zone: band", "zone: bend").replace("by: [A, B]", "by: [X]")
    text = text.replace("timezone: Europe/Paris", "extra: 1\ntimezone: Europe/Paris")
    text = text.replace("accuracy: 2 km", "accuracy: 2 kn")
    found = parse(text, "a").faults
    assert [f.line for f in found] == [5, 15, 21, 22]


def test_a_part_left_out_for_its_form_is_not_called_undefined() -> None:
    text = GOOD.replace("depth: {north: 6 km", "depth: {north: 6 parsecs")
    assert len(parse(text, "a").faults) == 1


@pytest.mark.parametrize("text", ["", "[]", "a", "- 1\n- 2", "\t", "a: &x [*x]", "\x00"])
def test_what_is_no_agreement_is_said_plainly(text: str) -> None:
    found = parse(text, "a.yaml")
    assert found.agreement is None
    assert found.faults


def test_round_trip_keeps_comments_and_meaning() -> None:
    first = parse(GOOD, "a.yaml")
    written = first.write()
    second = parse(written, "a.yaml")
    assert second.agreement == first.agreement
    assert "# the clock of the place" in written
    assert parse(second.write(), "a").write() == written


@pytest.mark.parametrize("name", library.names())
def test_library_files_survive_a_round_trip(name: str) -> None:
    first = parse(library.find(name).text, name)
    assert first.faults == ()
    assert parse(first.write(), name).agreement == first.agreement


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("timezone: Europe/Paris", "timezone: Europe/Pariss", "a.yaml:5:11: timezone"),
        ("title: A test\n", "", "a.yaml:2:1: 'title' is missing"),
        ("- id: art-2\n    requires", "- requires", "'id' is missing"),
        ("    requires: agree", "    limits: x\n    requires: agree", "says exactly one of"),
    ],
)
def test_a_missing_or_wrong_part_does_not_hide_the_other_faults(
    old: str, new: str, wanted: str
) -> None:
    text = GOOD.replace(old, new, 1).replace("who: A", "who: AA").replace("zone: band", "zone: bnd")
    found = "\n".join(str(f) for f in parse(text, "a.yaml").faults)
    assert wanted in found
    assert "'AA' is no party" in found
    assert "'bnd' is no zone" in found


def test_an_alias_that_contains_itself_is_a_fault_where_it_is() -> None:
    assert _faulty("zones:\n", "zones:\n  a: &z {union: [*z]}\n") == [
        "a.yaml:16:6: this part contains itself; remove the YAML alias"
    ]


def test_aliases_that_unfold_without_end_are_refused_at_once() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    (fault,) = parse(GOOD + bomb, "a.yaml").faults
    assert "unfold to more than" in fault.message


def test_a_key_that_is_no_text_is_a_fault() -> None:
    assert _faulty("zones:\n", "zones:\n  true: {everywhere: true}\n  ~: {everywhere: true}\n") == [
        "a.yaml:16:3: a key must be text; put it in quotes",
        "a.yaml:17:3: a key must be text; put it in quotes",
    ]


def test_a_byte_order_mark_and_a_forbidden_character() -> None:
    assert parse("\ufeff" + GOOD, "a.yaml").faults == ()
    (fault,) = parse(GOOD.replace("A test", "A\0test"), "a.yaml").faults
    assert str(fault) == "a.yaml:3:9: the character U+0000 is not allowed; remove it"


def test_an_entry_of_a_list_is_named_by_its_list() -> None:
    (fault,) = _faulty("status: [{is: signatory, from: 1999-01-01}]", "status: [...]")
    assert fault.startswith("a.yaml:9:42: status: '...' is not a mapping")


def test_an_entry_of_one_key_keeps_its_braces() -> None:
    text = GOOD.replace("name: Side B (SIMULATED)", "name: Side B, status: [{is: not-bound}]")
    assert parse(text, "a.yaml").write() == text


def test_a_tab_is_named() -> None:
    (fault,) = _faulty("  band:", "\tband:")
    assert (
        fault
        == "a.yaml:16:1: this is not YAML: a tab stands where YAML wants spaces; correct the line"
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "from: start",
            "from: start\n    until: 9999-12-31",
            "is not in the years 1800 to 2199",
        ),
        ("signed: 1999-01-01", "signed: 0001-01-01", "is not in the years 1800 to 2199"),
        ("within: P7D", "within: P99999999D", "is longer than 200 years"),
        ("within: P7D", "within: PT99999999999H", "is longer than 200 years"),
    ],
)
def test_dates_and_durations_beyond_all_reason_are_faults(old: str, new: str, says: str) -> None:
    assert says in "\n".join(_faulty(old, new))
