"""Times as people give them, and the faults of deadlines in an agreement file."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from truceline.model.obligation import Told
from truceline.sources.agreement import parse

TZ = ZoneInfo("Asia/Damascus")


@pytest.mark.parametrize(
    ("text", "first", "last", "lo"),
    [
        ("2020-03-12", "2020-03-12", "2020-03-12", "2020-03-11T22:00"),
        ("2020-03", "2020-03-01", "2020-03-31", "2020-02-29T22:00"),
        ("2020", "2020-01-01", "2020-12-31", "2019-12-31T22:00"),
        ("2020-03-10/2020-03-12", "2020-03-10", "2020-03-12", "2020-03-09T22:00"),
        ("by 2020-03-12", None, "2020-03-12", None),
        ("../2020-03-12", None, "2020-03-12", None),
        ("2020-03-12T14:30", None, None, "2020-03-12T12:30"),
        ("2020-03-12T14:30+03:00", None, None, "2020-03-12T11:30"),
    ],
)
def test_a_time_is_kept_as_vague_as_it_was_given(text, first, last, lo):
    told = Told.parse(text, TZ)
    assert told.first == (date.fromisoformat(first) if first else None)
    assert told.last == (date.fromisoformat(last) if last else None)
    assert told.lo == (datetime.fromisoformat(lo).replace(tzinfo=UTC) if lo else None)
    assert told.moment == ("T" in text)
    assert told.text == text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2020-02-31", "on no calendar"),
        ("2020-13", "on no calendar"),
        ("31/02/2020", "is no time"),
        ("yesterday", "is no time"),
        ("", "is no time"),
        ("by ", "is no time"),
        ("2020-03-12/2020-03-10", "ends before it starts"),
        ("../2020-03-12/2020-03-13", "is no time"),
        ("0020-03-12", "not in the years"),
        ("2020-03-12T25:00", "on no calendar"),
    ],
)
def test_what_is_no_time_is_refused_with_a_word(text, word):
    with pytest.raises(ValueError, match=word):
        Told.parse(text, TZ)


FILE = """\
agreement: a
title: A
signed: 2020-03-05
timezone: Asia/Damascus
anchors:
  own: {{done: b}}
provisions:
  - id: b
    requires: x
{lines}
"""


@pytest.mark.parametrize(
    ("lines", "where", "word"),
    [
        (["within: P7D"], "10:13", "counts from nothing"),
        (["after: signature"], "10:12", "has no length"),
        (["within: P7D", "after: nowhere"], "11:12", "is no anchor"),
        (["within: P7D", "after: own"], "11:12", "counts from when 'b' is done"),
        (["by-date: 2020-02-31"], "10:14", "on no calendar"),
        (["by-date: 2019-12-31"], "10:14", "before the agreement was signed"),
        (["by-date: 2020-04-01", "within: P7D", "after: signature"], "10:14", "not both"),
        (["every: P1W"], "10:12", "begins nowhere"),
        (["every: P0D", "from: 2020-04-01"], "10:12", "has no length"),
        (["from: 2020-04-10", "until: 2020-04-01"], "11:12", "before it starts"),
        (["within: P7D", "after: signature", "days: working"], "12:11", "add 'weekend"),
        (["within: 7 days", "after: signature"], "10:13", "not an ISO 8601 duration"),
        (["limit: [{of: trucks}]", "every: P1D", "from: 2020-04-01"], "10:13", "at-most"),
        (["limit: [{of: t, at-least: 9, at-most: 3}]"], "10:31", "more than 'at-most'"),
        (["counting: roughly"], "10:15", "days-after"),
        (["renewal: {for: P0D, unless-notice: P1M}"], "10:20", "has no length"),
    ],
)
def test_faults_of_deadlines_have_their_line_and_column(lines, where, word):
    text = FILE.format(lines="\n".join(f"    {line}" for line in lines))
    found = [str(f) for f in parse(text, "a.yaml").faults]
    assert any(f.startswith(f"a.yaml:{where}: ") and word in f for f in found), found


def test_a_length_that_cannot_be_read_is_one_fault_and_not_two():
    text = FILE.format(lines="    within: 7 days\n    after: signature")
    assert len(parse(text, "a.yaml").faults) == 1


def test_faults_of_the_calendar():
    bad = FILE.format(lines="    from: 2020-04-01").replace(
        "anchors:", "weekend: [freitag]\ncalendar: [2020-02-30, 2020-03-12T10:00]\nanchors:"
    )
    found = "\n".join(str(f) for f in parse(bad, "a.yaml").faults)
    assert "a.yaml:5:11: " in found
    assert "on no calendar" in found
    assert "write a date alone" in found
    names = parse(FILE.format(lines="    from: 2020-04-01").replace("done: b", "done: c"), "a.yaml")
    assert "a.yaml:6:15: 'c' is no provision that requires" in str(names.faults[0])
