"""Days, moments and durations in words."""

from datetime import date, datetime

from truceline.model.quantity import Duration

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_words(day: date) -> str:
    """``6 March 2020`` of a date, or of an aware moment in its own zone."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_words(moment: datetime) -> str:
    """``6 March 2020, 00:01 (UTC+02:00)`` of an aware moment, on its own clock."""
    offset = moment.strftime("%z")
    clock = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    return f"{day_words(moment)}, {clock} (UTC{offset[:3]}:{offset[3:5]})"


def duration_words(duration: Duration) -> str:
    """``P7D`` as ``7 days``."""
    seconds = duration.seconds
    years, months = (
        divmod(duration.months, 12) if duration.months % 12 == 0 else (0, duration.months)
    )
    parts = (
        (years, "year"),
        (months, "month"),
        (duration.days, "day"),
        (seconds // 3600, "hour"),
        (seconds % 3600 // 60, "minute"),
    )
    said = [f"{n} {word}{'s' if n != 1 else ''}" for n, word in parts if n]
    return " ".join(said) or duration.text
