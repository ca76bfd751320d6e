"""One row of any table of figures as claims: what every way into the ledger has in common."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from truceline.model.claim import MEASURES, POPULATIONS, Claim, fold
from truceline.sources.claims.figure import Figure, NoFigureError, read_figure, scale_of
from truceline.sources.claims.place import place_of, within_of
from truceline.sources.claims.taken import Taken, Told
from truceline.sources.tables.times import read_moment

_WORDS = {
    "killed": "killed dead death deaths died fatality fatalities slain",
    "injured": "injured injuries wounded hurt casualties_wounded",
    "displaced": "displaced idp idps displacement displacements internally_displaced "
    "internally_displaced_persons internally_displaced_people new_displacements",
    "refugees": "refugees refugee asylum_seekers",
    "detained": "detained detainees arrested imprisoned detention",
    "captured": "captured prisoners_of_war pow pows hostages abducted kidnapped",
    "evacuated": "evacuated evacuees evacuation",
    "besieged": "besieged under_siege",
    "missing": "missing disappeared unaccounted_for",
}
_AROUND = frozenset(
    [
        "number",
        "numbers",
        "no",
        "total",
        "of",
        "people",
        "persons",
        "individuals",
        "reported",
        "the",
        "new",
    ]
)
_GROUPS = {
    "civilian": "civilians",
    "civilians": "civilians",
    "child": "children",
    "children": "children",
    "women": "women",
    "men": "men",
    "soldiers": "soldiers",
    "soldier": "soldiers",
    "fighters": "fighters",
}
_MEASURE = {word: measure for measure, words in _WORDS.items() for word in words.split()}
_POPULATION = {
    "stock": "stock current currently now present as_of remaining hosted",
    "flow": "flow new newly during in_period movement movements",
    "cumulative": "cumulative total to_date since running_total",
    "unknown": "unknown unclear not_stated",
}
_KIND = {word: kind for kind, words in _POPULATION.items() for word in words.split()}
_OCCURS = frozenset({"killed", "injured"})  # happens once to a person: a period makes it a flow
_TOTAL = re.compile(r"\b(?:sub-?|grand )?totals?\b|المجموع|\bитого\b", re.IGNORECASE)
_NOT_PEOPLE = re.compile(r"\b(?:households?|famil(?:y|ies)|hhs?|hh)\b", re.IGNORECASE)


def measure_word(words: str) -> tuple[str, str]:
    """(measure, word) of a source's own words: one of ``MEASURES``; '' where none is known."""
    plain = fold(words).replace(" ", "_")
    if plain in MEASURES:
        return plain, ""
    if plain in _MEASURE:
        return _MEASURE[plain], words.strip()
    parts = plain.split("_")
    known = {_MEASURE[p] for p in parts if p in _MEASURE}
    if len(known) == 1 and all(p in _MEASURE or p in _AROUND or p in _GROUPS for p in parts):
        return known.pop(), words.strip()
    return "", ""


def group_in(words: str) -> str:
    """Whom a source's words for a measure name: "civilians" of "civilian deaths"; '' nobody."""
    found = [_GROUPS[p] for p in fold(words).split() if p in _GROUPS]
    return ", ".join(dict.fromkeys(found))


@lru_cache(maxsize=65_536)
def days_of(text: str, timezone: str, order: str = "") -> tuple[str, str]:
    """The first and the last local day that a cell of days speaks of, ISO dates.

    A month or a year is all its days; "2020-03-01/2020-03-15" (also "to", "until") is a span.
    Raises ValueError with what is wrong, and after "; " what to do.
    """
    parts = re.split(r"\s*/\s*(?=\d{4}-)|\s+(?:to|until|till|–|-)\s+", text.strip())
    if len(parts) == 2 and all(parts):
        first, last = (days_of(p, timezone, order) for p in parts)
        if last[1] < first[0]:
            raise ValueError("the span ends before it begins; correct one of the two")
        return first[0], last[1]
    words = re.fullmatch(r"([^\W\d]+)\.?[ ,-]+(\d{4})", text.strip())
    if words:  # "March 2020": the shared reader knows its first day
        low, _, _ = read_moment(f"1 {words[1]} {words[2]}", timezone, order)
        start = _day(low, timezone)
        after = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        return start.isoformat(), (after - timedelta(days=1)).isoformat()
    low, high, _ = read_moment(text.strip(), timezone, order)
    return _day(low, timezone).isoformat(), _day(max(high - 1, low), timezone).isoformat()


def _day(micros: int, timezone: str) -> date:

    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return moment.astimezone(ZoneInfo(timezone)).date()


def put(
    taken: Taken,
    told: Told,
    row: Mapping[str, str],
    *,
    line: int,
    column: str,
    header: str = "",
    level: int | None = None,
) -> None:
    """One figure of a table into ``taken``: a claim, a repeat or a problem.

    ``row`` has the columns of the plain table (docs/ledger.md) as text. ``column`` names the
    figure's own column, ``header`` the words over it, which may state a unit. ``level`` is
    the admin level of the place where the table says it.
    """
    taken.rows += 1
    cell = row.get("value", "")
    measure, word = measure_word(row.get("measure", ""))
    if not measure:
        said = row.get("measure", "").strip()
        if not said:
            taken.fail(
                line,
                "measure",
                "",
                "the row does not say what it counts; give a measure, such as killed or displaced",
            )
            return
        measure, word = "other", said
    word = row.get("word", "").strip() or word
    try:
        figure = _figure(row, header)
    except ValueError as error:
        taken.fail(line, column, cell or row.get("low", ""), str(error))
        return
    try:
        meant, said_on, since = _dates(row, told)
    except _DateError as error:
        taken.fail(line, error.column, error.value, str(error))
        return
    try:
        place = place_of(taken, told, row, line, level)
    except ValueError as error:
        taken.fail(line, "lon", f"{row.get('lon', '')} {row.get('lat', '')}", str(error))
        return
    if _TOTAL.search(place[0]):
        taken.note(
            line,
            f"'{place[0]}' looks like a sum of other rows; it is kept as it was said",
            "take the row out, or give the place that it is the total of",
        )
    population = _population(taken, row, measure, meant, since, line)
    if population == "cumulative":
        meant = (since or meant[0] if since or meant[0] != meant[1] else "", meant[1] or said_on)
    elif population == "stock" and not meant[1]:
        meant = (said_on, said_on)
    _doubts(taken, told, meant, said_on, line)
    said_by = row.get("said_by", "").strip() or told.said_by
    source = row.get("source", "").strip() or told.source
    taken.add(
        Claim(
            measure=measure,
            value=figure.value,
            low=figure.low,
            high=figure.high,
            qualifier=figure.qualifier,
            word=word,
            of_whom=row.get("of_whom", "").strip() or group_in(row.get("measure", "")),
            by_whom=row.get("by_whom", "").strip(),
            place=place[0],
            known_as=place[1],
            pcode=place[2],
            within=within_of(row, told, place[2]),
            lon=place[3],
            lat=place[4],
            population=population,
            meant_from=meant[0],
            meant_to=meant[1],
            said=said_on,
            said_by=said_by,
            source=source or ("" if said_by else told.stem),
            url=row.get("url", "").strip(),
            document=taken.sha256,
            words=row.get("text", "").strip(),
            file=taken.file,
            line=line,
            column=column,
        )
    )


def _figure(row: Mapping[str, str], header: str) -> Figure:
    unit = row.get("unit", "").strip()
    counted = f"{unit} {header} {row.get('measure', '')} {row.get('value', '')}"
    if _NOT_PEOPLE.search(counted):
        raise ValueError(
            "it counts households or families and not people; give people, and how many a "
            "household was taken to have"
        )
    scale = scale_of(f"in {unit}") if unit else scale_of(header)
    if unit and scale == 1 and fold(unit) not in _PLAIN_UNITS:
        raise ValueError(f"'{unit}' is no unit that is known; write persons, thousands or millions")
    qualifier = row.get("qualifier", "").strip()
    bounds: list[float | None] = []
    for name in ("low", "high"):
        text = row.get(name, "").strip()
        bounds.append(read_figure(text, scale).value if text else None)
    try:
        figure = read_figure(row.get("value", ""), scale, qualifier)
    except NoFigureError:
        if bounds == [None, None]:
            raise
        figure = Figure(None, None, None, qualifier)
    low = figure.low if bounds[0] is None else bounds[0]
    high = figure.high if bounds[1] is None else bounds[1]
    if low is not None and high is not None and low > high:
        raise ValueError("the low figure is above the high one; correct them")
    return Figure(figure.value, low, high, figure.qualifier)


_PLAIN_UNITS = frozenset(
    [
        "person",
        "persons",
        "people",
        "individual",
        "individuals",
        "ind",
        "civilians",
        "head",
        "heads",
        "number",
        "1",
    ]
)


class _DateError(ValueError):
    def __init__(self, column: str, value: str, what: str) -> None:
        super().__init__(what)
        self.column, self.value = column, value


def _dates(row: Mapping[str, str], told: Told) -> tuple[tuple[str, str], str, str]:
    """The days meant, the day it was said, and since when."""
    found = {}
    for name in ("from", "to", "date", "since", "said"):
        text = row.get(name, "").strip()
        if not text:
            found[name] = ("", "")
            continue
        try:
            found[name] = days_of(text, told.timezone, told.order)
        except ValueError as error:
            raise _DateError(name, text, str(error)) from None
    first = found["from"][0] or found["date"][0]
    last = found["to"][1] or (found["from"][1] if not found["date"][1] else found["date"][1])
    if first and last and last < first:
        raise _DateError(
            "to", row.get("to", ""), "the days end before they begin; correct one of the two"
        )
    if found["since"][0] and last and last < found["since"][0]:
        raise _DateError(
            "since", row.get("since", ""), "'since' is after the day; correct one of the two"
        )
    return (first or last, last), found["said"][1] or told.document_date, found["since"][0]


def _doubts(taken: Taken, told: Told, meant: tuple[str, str], said: str, line: int) -> None:
    last = meant[1] or said
    if told.signed and last and last < told.signed:
        taken.note(
            line,
            f"the figure is of days before the agreement was signed ({told.signed}); it is kept",
            "nothing, if the days are right",
        )
    if told.today and (meant[0] or said) > told.today:
        taken.note(line, "the day lies in the future; the figure is kept", "correct the date")
    if said and meant[0] > said:
        taken.note(
            line, "it was said before the days that it speaks of; it is kept", "look at both dates"
        )


def _population(
    taken: Taken,
    row: Mapping[str, str],
    measure: str,
    meant: tuple[str, str],
    since: str,
    line: int,
) -> str:
    said = fold(row.get("population", "")).replace(" ", "_")
    if said:
        if said in POPULATIONS or said in _KIND:
            return said if said in POPULATIONS else _KIND[said]
        taken.note(
            line,
            f"'{row['population'].strip()}' is no kind of figure that is known; taken as unknown",
            "write stock, flow, cumulative or unknown",
        )
        return "unknown"
    if since:
        return "cumulative"
    period = row.get("from") and row.get("to")
    return "flow" if measure in _OCCURS and period and meant[1] else "unknown"
