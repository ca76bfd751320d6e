"""Distances, durations and moments."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truceline.model.quantity import Calibre, Clock, Duration, When, metres


@pytest.mark.parametrize(
    ("text", "value"), [("6 km", 6000), ("500 m", 500), ("1 mi", 1609.344), ("2.5nmi", 4630)]
)
def test_distances_carry_their_unit(text: str, value: float) -> None:
    assert metres(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["6", 6, "km", "6 parsecs", "-6 km", "six km", None])
def test_what_is_no_distance_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"unit|distance"):
        metres(text)


def test_calendar_days_keep_the_clock_and_hours_do_not() -> None:
    """On 29 March 2020 Damascus had 23 hours: a day later is the same clock, 24 hours are not."""
    zone = ZoneInfo("Asia/Damascus")
    start = datetime(2020, 3, 26, 12, tzinfo=zone)
    assert Duration.parse("P1D").after(start) == datetime(2020, 3, 27, 12, tzinfo=zone)
    assert Duration.parse("PT24H").after(start) == datetime(2020, 3, 27, 13, tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ((2020, 1, 31), "P1M", (2020, 2, 29)),
        ((2020, 2, 29), "P1Y", (2021, 2, 28)),
        ((2020, 12, 5), "P1M", (2021, 1, 5)),
        ((2020, 3, 5), "P7D", (2020, 3, 12)),
        ((2020, 3, 5), "P2W", (2020, 3, 19)),
    ],
)
def test_known_durations(
    start: tuple[int, int, int], duration: str, end: tuple[int, int, int]
) -> None:
    assert Duration.parse(duration).after(datetime(*start, tzinfo=UTC)) == datetime(
        *end, tzinfo=UTC
    )


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)),
    st.integers(0, 400),
    st.integers(0, 99),
)
def test_hours_are_elapsed_time(start: datetime, days: int, hours: int) -> None:
    begin = start.replace(tzinfo=UTC)
    end = Duration.parse(f"P{days}DT{hours}H").after(begin)
    assert end - begin == timedelta(days=days, hours=hours)


def test_a_date_is_its_local_day() -> None:
    zone = ZoneInfo("Europe/Kyiv")
    day = When.parse("2015-03-29")  # the clocks went forward: 23 hours
    assert day.is_day
    assert day.end(zone).astimezone(UTC) - day.start(zone).astimezone(UTC) == timedelta(hours=23)


@pytest.mark.parametrize("text", ["2020-02-30", "2020-3-5", "05/03/2020", "2020-03-05T25:00", 5])
def test_what_is_no_moment_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"calendar|moment"):
        When.parse(text)


def test_clocks_and_calibres() -> None:
    assert Clock.parse("24:00").minutes == 1440
    assert Calibre.parse(">=100 mm").holds(100)
    assert not Calibre.parse(">100 mm").holds(100)
    with pytest.raises(ValueError, match="time of day"):
        Clock.parse("24:30")
    with pytest.raises(ValueError, match="calibre"):
        Calibre.parse("100")
