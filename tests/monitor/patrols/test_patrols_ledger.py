"""The ledger: Idlib's series of 2020 comes out as it was entered, disagreements and all."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from truceline.model.patrol import Announced, Numbered, Patrol, Stretch
from truceline.monitor.patrols.ledger import counted, last_seen, weeks
from truceline.pipeline.patrols_case import library_series
from truceline.sources.patrols_series import SeriesError, parse_series, read_announced

START = datetime(2020, 3, 15, 8, tzinfo=UTC)


def patrol(days, *together, route_km=3.0):
    start = START + timedelta(days=days)
    spans = tuple(Stretch(*t) for t in together)
    km = sum(s.to_km - s.from_km for s in spans)
    end = start + timedelta(hours=2)
    return Patrol(start, end, ("RUS", "TUR"), bool(spans), km, km, route_km, (), spans, spans, ())


def test_the_series_of_2020_and_its_counts():
    series = library_series("idlib-2020")
    count = counted(series.patrols)
    assert count.rows == 21
    assert count.dated == 20
    assert count.outcomes == {"cut-short": 3, "not-said": 12, "bombed": 2, "done": 2, "attacked": 2}
    assert count.whole_route == 2
    assert count.highest == 26
    assert count.unseen == (12, 16, 17, 18, 19)
    assert count.unnumbered == 2
    assert (count.longest_days, count.from_, count.to) == (23, date(2020, 3, 23), date(2020, 4, 15))
    two = {r.id: sorted(n.is_ for n in r.numbers) for r in count.disagreeing}
    assert two == {"2020-07-14": [20, 21], "2020-07-22": [22, 23]}
    assert all(r.source and r.who == ("RUS", "TUR") for r in series.patrols)


def test_the_series_as_the_facts_have_it(shared_data):
    facts = (shared_data.parent / "facts" / "idlib-2020.md").read_text()
    told = facts.partition("Joint patrols found in public reports, 2020")[2].partition("\n")[0]
    for row in library_series("idlib-2020").patrols:
        if row.on is not None:
            assert f"{row.on.day} {row.on:%b}" in told, row
    assert told.count("bombed") == 2
    assert told.count("cut short") == 3


def test_weeks_hold_the_empty_ones_and_keep_reports_apart_from_tracks():
    rows = library_series("idlib-2020").patrols
    seen = [patrol(0, (0, 2)), patrol(8), patrol(9, (0, 1))]
    listed = list(weeks(rows, seen, date(2020, 3, 15), date(2020, 8, 31)))
    assert [w.monday.weekday() for w in listed] == [0] * len(listed)
    assert len(listed) == 26
    assert sum(w.reported for w in listed) == 20
    assert sum((Counter(w.outcomes) for w in listed), Counter())["cut-short"] == 2
    first, empty, third = listed[:3]
    assert (first.tracked, first.joint, first.joint_km, first.reported) == (1, 1, 2, 1)
    assert (empty.tracked, empty.reported) == (0, 0)
    assert (third.tracked, third.joint) == (2, 1)


def test_planned_ones_are_not_counted_as_reported():
    row = Announced(on=date(2020, 3, 16), planned=True)
    assert counted([row]).outcomes == {}
    (week,) = weeks([row], [], date(2020, 3, 16), date(2020, 3, 17))
    assert (week.planned, week.reported) == (1, 0)


def test_days_since_each_kilometre_was_seen_by_all():
    on = START + timedelta(days=10, hours=2)
    seen = last_seen([patrol(0, (0, 2)), patrol(7, (1.04, 2)), patrol(20, (0, 3))], 2.5, on)
    assert [(s.from_km, s.to_km) for s in seen] == [(0, 1), (1, 2), (2, 2.5)]
    assert [s.days for s in seen] == [10, 3, None]


def test_a_table_of_announced_patrols_and_its_bad_rows():
    import io

    text = (
        "date,number,outcome,planned,source\n"
        "2020-07-14,20 (one count)|21,bombed,,X\n"
        "2020-02-31,3,done,,X\n"
        "2020-07-15,third,done,,X\n"
        "2020-07-15,,victory,,X\n"
        ",,done,,X\n"
        "2020-08-01,,,yes,\n"
    )
    rows, problems, total = read_announced(io.BytesIO(text.encode()), "p.csv")
    assert total == len(rows) + len(problems) == 6
    assert rows[0].numbers == (Numbered(is_=20, by="one count"), Numbered(is_=21))
    assert rows[1].planned
    assert [p.line for p in problems] == [3, 4, 5, 6]
    assert all(p.todo for p in problems)
    with pytest.raises(SeriesError, match="column 'on'"):
        read_announced(io.BytesIO(b"a,b\n1,2\n"), "p.csv")


def test_a_series_says_where_it_is_wrong():
    with pytest.raises(SeriesError, match=r"s.yaml:4: outcome"):
        parse_series(
            "source: x\npatrols:\n - {on: 2020-03-15}\n - {on: 2020-03-16, outcome: x}\n", "s.yaml"
        )
    with pytest.raises(SeriesError, match="'source'"):
        parse_series("- 1", "s.yaml")
