"""What a sentence says of times, lengths and distances, anchored: the raw matter of terms."""

import itertools
import re
from dataclasses import dataclass, field, replace

from truceline.reading.distances import Distance, distances_of
from truceline.reading.hints import ByWord
from truceline.reading.numbers import STARTS, Quantity, quantity_at
from truceline.reading.page.words import Sentence
from truceline.reading.times.anchoring import Calendar, Moment, anchor
from truceline.reading.times.counting_out import counted_out
from truceline.reading.times.durations import lengths_of
from truceline.reading.times.lengths import Length, iso, number_of_words
from truceline.reading.times.times import moments_in
from truceline.reading.times.together import begun_before, hours_alone, not_before, one_clock

_TIME_HINT = ByWord(
    r"\d|day|week|month|year|hour|minute|noon|dawn|dusk|night|morning|evening|today|morrow|yesterday|"
    r"january|february|march|april|june|july|august|september|october|november|december|\bmay\b|one|two|three|four|five|six|seven|eight|nine|ten|dozen|half|signature|signing|[+]|th\b|second|third|then\b|same|moment|hundred|thousand|million|score|twel|twent|thirt|eleven|fift|\bforty|christmas|nightfall|sunset|afternoon|opening"
)
_THIS_TIME = re.compile(r"th(?:at|is) (?:date|time|period|duration)")


@dataclass(slots=True)
class Marks:
    """Anchored moments, lengths of time and distances of one sentence.

    ``counted_from``: moments that only say what a length counts from; ``over``: the dated lines that it stands under, nearest last; ``next``: the sentence after it,
    where that says when ("All this within 80 days"); ``now``: the day of publication.
    """

    moments: list[Moment]
    lengths: list[Length]
    distances: list[Distance]
    quantities: list[Quantity]
    counted_from: list[Moment] = field(default_factory=list)
    over: list[tuple[Sentence, "Marks"]] = field(default_factory=list)
    next: tuple[Sentence, "Marks"] | None = None
    now: str | None = None


# "The city in 21 days and the ports within 14": the unit is that of the length before.
_WITHIN_FEWER = re.compile(
    r"\b(?:within|in|after|at|by) (?P<n>\d{1,3}|[a-z]+)(?= *(?:$|[.;,]| and (?:the )?[a-z]))"
)


def _without_unit(sentence: Sentence, lengths: list[Length]) -> list[Length]:
    """Lengths said by their number alone after one that names its unit."""
    first = next((x for x in lengths if x.role in ("within", "offset")), None)
    if first is None or not (code := re.fullmatch(r"PT?\d+([HDWMY])", first.iso)):
        return []
    found = []
    low, base = sentence.low, sentence.start
    for match in _WITHIN_FEWER.finditer(low, first.end - base):
        amount = float(match["n"]) if match["n"].isdecimal() else number_of_words(match["n"]) or 0.0
        sure = first.role == "offset" or not match.group().startswith(("at", "by"))
        if (
            amount < 2
            or not sure
            or any(x.start < base + match.end() and base + match.start() < x.end for x in lengths)
        ):
            continue
        at, end = base + match.start("n"), base + match.end("n")
        tokens = [i for i, t in enumerate(sentence.tokens) if at <= t.start < end]
        unit = "MO" if code[1] == "M" and not first.iso.startswith("PT") else code[1]
        text, seconds = iso(amount, unit)
        found.append(
            Length(
                text, seconds, "within", tokens[0], tokens[-1] + 1, at, end,
                first.anchor, first.anchor_span,
            )
        )  # fmt: skip
    return found


_ALONE = re.compile(r"(?:,|;| and) (?P<n>\d{1,3}) (?=for\b)")


def _metres_alone(sentence: Sentence, distances: list[Distance]) -> list[Distance]:
    """Distances by their number after one with its unit: "50 km for guns, 70 for rockets"."""
    base, last = sentence.start, distances[-1]
    said = re.match(r"\d+", sentence.low[last.start - base :])
    if said is None or not sentence.low.startswith(" for ", last.end - base):
        return []
    found = []
    for match in _ALONE.finditer(sentence.low, last.end - base):
        at, end = base + match.start("n"), base + match.end("n")
        first = next(i for i, t in enumerate(sentence.tokens) if t.end > at)
        metres = last.metres / int(said.group()) * int(match["n"]) if int(said.group()) else 0.0
        found.append(Distance(metres, last.role, first, first + 1, at, end))
    return found


_SAME_SPELL = re.compile(
    r"\b(?:within|in|over|during|for|on) the same (?:[a-z-]+ )??(?:time|period|delay|term|deadline|dates|days|hours|interval|span|weeks|months)\b"
    r"|\b(?:within|in|over|during) (?:that|this) (?:time|period|duration|delay|term|span)\b"
)


_THAT_TIME = re.compile(r"th(?:at|is) (?:time|period|duration|delay|term|span)\b")


def _spell_again(
    sentence: Sentence,
    said: re.Match[str],
    lengths: list[Length],
    moments: list[Moment],
    cal: Calendar,
) -> None:
    """ "Within the same time", "over the same dates": the length or the days last spoken of."""
    at, end = sentence.start + said.start(), sentence.start + said.end()
    inside = [i for i, t in enumerate(sentence.tokens) if at <= t.start < end]
    first, last = inside[0], inside[-1] + 1
    if said.group().endswith(("dates", "days", "hours")) and cal.stretch:
        for moment in cal.stretch:
            again = replace(moment.said, start=at, end=end, first=first, last=last)
            moments.append(replace(moment, said=again))
    elif cal.spell is not None and cal.spell.end < at:
        lengths.append(replace(cal.spell, role="within", first=first, last=last, start=at, end=end))


def marks_of(sentence: Sentence, cal: Calendar) -> Marks:
    """Read and anchor every mark of a sentence; keeps ``cal.day``, the day last spoken of."""
    low = sentence.low
    now = cal.published.isoformat() if cal.published else None
    if not (_TIME_HINT.stands_in(low) or _THIS_TIME.search(low)):
        return Marks([], [], [], [], now=now)
    tokens, offset = sentence.tokens, sentence.start
    spots = [i for i, t in enumerate(tokens) if t.low in STARTS or t.low[0].isdecimal()]
    known = cal.last
    moments = _moments(sentence, cal)
    counted = [
        (m.said.first, m.said.last, m.said.day[1], m.said.day[2], m.said.day[3])
        for m in moments
        if m.said.day and m.said.day[0] == "count" and (m.said.day[2] or m.said.day[3])
    ]
    lengths = [
        x
        for x in lengths_of(tokens, low, offset, spots, counted)
        if x.letter
        or not any(
            m.said.start <= x.start < m.said.end and (m.said.clock or m.said.day) for m in moments
        )
    ]
    if lengths and _WITHIN_FEWER.search(low):
        lengths = lengths + _without_unit(sentence, lengths)
    taken = [(m.said.first, m.said.last) for m in moments] + [(x.first, x.last) for x in lengths]
    distances = distances_of(tokens, low, offset, spots)
    if distances and " for " in low:
        distances += _metres_alone(sentence, distances)
    taken += [(d.first, d.last) for d in distances]
    lengths, rest = counted_out(sentence, lengths, moments, cal, known)
    if (" same " in low or _THAT_TIME.search(low)) and (
        same := _SAME_SPELL.search(low)
    ) is not None:
        _spell_again(sentence, same, lengths, rest, cal)
    cal.spell = next(
        (x for x in reversed(lengths) if x.role in ("within", "length", "day")), cal.spell
    )
    if len(rest) > 1 and (rest[-2].said.role, rest[-1].said.role) == ("start", "until"):
        cal.stretch = rest[-2:]
    marks = Marks(rest, lengths, distances, _quantities(sentence, taken, spots), now=now)
    marks.counted_from = [m for m in moments if m not in rest]
    return marks


_EACH = re.compile(
    r"\b(?:every|each|any|on alternate|(?:first|second|third|last) (?=\w+ of))(?: (?:second|other|third))?\s*$"
)


def _is_each(moment: Moment, sentence: Sentence) -> bool:
    """Whether a weekday is one of many: "every Saturday"."""
    said = moment.said
    if said.day is None or said.day[0] != "weekday" or said.clock:
        return False
    return _EACH.search(sentence.low[: said.start - sentence.start]) is not None


def _moments(sentence: Sentence, cal: Calendar) -> list[Moment]:
    """The dates and moments of a sentence, anchored one after the other."""
    low, offset = sentence.low, sentence.start
    moments: list[Moment] = []
    said = moments_in(sentence)
    spoken = cal.day
    if cal.published and not cal.formal and hours_alone(said):
        cal.day = cal.published  # "trains run from 6 to 17 hours": as it is told
    for one in said:
        if (
            one.role == "until"
            and one.day is None
            and moments
            and moments[-1].said.role == "start"
            and moments[-1].date
        ):
            before = cal.day
            cal.day = moments[-1].date
            moment = anchor(one, cal, low, offset)
            cal.day = before
            if (
                moment.iso
                and moments[-1].iso
                and moment.iso <= moments[-1].iso
                and "T" in moments[-1].iso
            ):
                cal.day = moments[-1].date
                later = replace(one, day=("after", 1))
                moment = replace(anchor(later, cal, low, offset), said=one)
                cal.day = before
        else:
            moment = anchor(one, cal, low, offset)
            if one.role == "until" and moments:
                moment = not_before(moment, moments[-1])
            moments = begun_before(moments, moment)
        moments.append(moment)
        if (
            moment.date is not None
            and one.day is not None
            and one.day[0] in ("date", "weekday", "rel", "after", "dom", "count", "event")
        ):
            cal.day = moment.date
        if moment.iso and moment.date:
            cal.last = moment.iso
            cal.hour = moment.iso if "T" in moment.iso else cal.hour
    dates = [m for m in moments if m.date and m.said.day]
    if not dates:
        cal.day = spoken
    if dates:
        words = sum(t.text[0].isalpha() for t in sentence.tokens)
        cal.headed = len(dates) == 1 and words - (dates[0].said.last - dates[0].said.first) <= 2
    moments = [m for m in moments if not _is_each(m, sentence)]
    one_clock(moments, low, offset)
    for n, (first, second) in enumerate(itertools.pairwise(moments)):
        if (
            first.readings
            and second.said.role == "until"
            and second.iso
            and first.readings[0][:16] < second.iso[:16] < first.readings[1][:16]
        ):  # "from midnight to noon on Saturday": midnight begins that day
            moments[n] = replace(first, iso=first.readings[0], readings=())
    return moments


def _quantities(
    sentence: Sentence, taken: list[tuple[int, int]], spots: list[int]
) -> list[Quantity]:
    found: list[Quantity] = []
    tokens = sentence.tokens
    done = 0
    for i in spots:
        if i < done or any(first <= i < last for first, last in taken):
            continue
        q = quantity_at(tokens, i)
        if q is None:
            continue
        if not _label(sentence, i, q):
            found.append(q)
        done = max(q.last, i + 1)
    return found


# A number after one of these is a name; before one of these, a measure.
_NAMED = frozenset(
    ["article", "articles", "resolution", "resolutions", "paragraph", "paragraphs", "section",
     "annex", "chapter", "point", "points", "phase", "no", "number", "page", "stage", "clause",
     "step", "day", "route", "highway", "r", "world", "unit", "brigade", "no.", "para",
     "category", "calibre", "caliber", "version", "group", "area", "zone", "table", "figure",
     "$", "€", "£"]
)  # fmt: skip
_NUMBERS_OF = frozenset(("who", "which", "they", "that", "will", "shall", "to", "must", "in"))
_WHICH = frozenset(("this", "that", "first", "second", "third", "next", "last", "final", "each"))
_MEASURED = frozenset(
    ["%", "percent", "per", "mm", "cm", "km2", "hectares", "acres", "square", "degrees", "a.m",
     "years-old", "metres", "st", "nd", "rd", "th"]
)  # fmt: skip


def _label(sentence: Sentence, i: int, q: Quantity) -> bool:
    """Numbers that count nothing: Article 5, Resolution 1701, M4, 100 mm, 12 %, years, lists."""
    tokens = sentence.tokens
    before = tokens[i - 1].low if i else ""
    two = tokens[i - 2].low if i > 1 else ""
    if before == "number" and (two in _NUMBERS_OF or two.endswith("s")):
        return False  # "the teams number 14"
    if before in _NAMED and two in _WHICH:
        return False  # "in the second stage 1,500 prisoners"
    if before in _NAMED and not (
        before == "day" and i > 1 and tokens[i - 2].low in ("every", "each", "per")
    ):
        return True
    after = tokens[q.last].low if q.last < len(tokens) else ""
    if after in _MEASURED and not (
        after == "per" and q.last + 1 < len(tokens) and tokens[q.last + 1].low in ("day", "week")
    ):
        return True
    token = tokens[i]
    if after == "+" and tokens[q.last].start == tokens[q.last - 1].end:
        return True  # the 5+5 commission
    if (
        before
        and tokens[i - 1].end == token.start
        and (tokens[i - 1].text[-1].isalpha() or tokens[i - 1].text in "-‑/+")
    ):
        return True  # M4, UNSCR-2254
    if (
        token.text.isdecimal()
        and len(token.text) == 4
        and 1900 <= int(token.text) <= 2100
        and q.qualifier is None
    ):
        return after in ("", ",", ".", ")", ";", "in", "and", "the") or before in (
            "in",
            "since",
            "of",
            "until",
            "from",
            "the",
            "by",
            ",",
            "(",
        )
    if i == 0 and (
        after in (".", ")")
        or (
            re.fullmatch(r"\d{1,2}(?:\.\d{1,2}){1,2}", token.text)
            and q.last < len(tokens)
            and tokens[q.last].text[:1].isupper()
        )
    ):
        return True
    if i == 1 and before in "(|" and after in (")", "|"):
        return True
    if (
        after in ("-",)
        and q.last + 1 < len(tokens)
        and tokens[q.last + 1].low
        in ("year", "point", "member", "storey", "nation", "party", "person", "kilometer", "strong")
    ):
        return True
    return token.low in ("one", "a") and (
        after in ("of", "another", "side", "to") or q.last >= len(tokens)
    )
