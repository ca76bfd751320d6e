"""Figures of people and of incidents by rule: what happened to the counted."""

import re
from dataclasses import dataclass

from truceline.reading.claims.measures import (
    PEOPLE,
    counted_people,
    measure_of,
    measure_of_number,
    measure_of_subject,
)
from truceline.reading.hints import ByWord
from truceline.reading.marks import Marks
from truceline.reading.numbers import Quantity, tidy
from truceline.reading.page.words import Sentence

_STEMS = ByWord(
    r"kill|dead|deat|died|\bdies?\b|dying|slain|fatal|lives|life|toll|massacr|execut|perish|murder|wound|injur|hurt|maim|displac|uproot|fled|flee|homes|homeless|refug|asylum|host|detain|detention|arrest|jail|prison|custody|captur|"
    r"hostage|captive|abduct|kidnap|evacu|airlift|besieg|siege|trap|encircl|strand|missing|unaccounted|disappear|neutrali|violat|breach|infring|broke|explosion|attack|strike|shelling|incident|clash|raid|projectile|burst|shot|flash|flare|casualt|"
    r"affected|need|require|fell\b|returnee|confined|pinned|hemmed|rescue|bus|recovered|brought|moved|treated|lack|ineffective|prisoner|without|starv|destroyed|damaged|risk|bodies|hunger|famine|lost|crossed|refuge|seized|held|shelter|buried|detonation|returned|drowned|surrounded|impact|hospital|bombardment|bombed"
)
_PHRASES = re.compile(
    r"cut off|come back|came back|looked for|searched for|short |on the move|home to|still hold"
)


_VEHICLES = re.compile(
    r"(?!in |of |at |on |during |by |since |over |for |to |from |killed|dead|wounded|injured|hurt|displaced|missing|detained|died)(?:(?!in |of |at |on |from |by |to |for |and |or |with |last |this )[\w-]+ ){0,3}?(?:trucks?|vehicles?|tanks?|drones?|aircraft|planes?|jets?|helicopters?|ships?|boats?|vessels?|tonnes?|tons|convoys?|lorries|km|kilomet\w+|miles?|metres?|meters?|hours?|days?|weeks?|months?|years?|percent|per cent|%|dollars|euros|litres|barrels|rockets|missiles|shells|howitzers?|guns|launchers?|pieces|rounds|mines|positions|checkpoints|villages|towns|cities|districts|provinces|countries|nations|sides|parties|points|minutes|times|crossings|members of the security council|states|patrols?|observers|monitors|posts)\b"
)


_MODAL = re.compile(
    r"\b(?:could|would|might|may(?! have)|will|shall|if|to avoid|risk(?:s|ed|ing)? (?:of )?|threaten\w*|fear\w* that|want\w*|must|should|agreed to|plans? to|is to|are to)\b[^,;.]{0,40}$"
)


_ROSE = re.compile(
    r"\b(?:rose|risen|climb\w*|increas\w*|jump\w*|revis\w*|rais\w*|grew|grown|went|soar\w*|up)\b[^.;]{0,40}$"
)


_BY = re.compile(
    r"\bby (?P<by>(?:the |an? )?(?:[A-Z][\w’'-]+|[a-z]+ (?:forces|fighters|rebels|strikes?|army|troops|shelling))(?: (?:[A-Z][\w’'-]+|[a-z]*(?:forces|fighters|rebels|troops|army|air|strikes?|airstrikes?|shelling|fire|militants|drones|soldiers|militia|gunmen)))*)"
)


_JOINED = re.compile(
    r"[\s-](?:(?!were|was|have|has|had|are|killed|wounded|injured|dead|hurt|died|displaced|in|on|at|from|by|missing|captured|since|and)[\w’'-]+ ){1,4}(?:and|or) (?:at least |about |some |around |more than |nearly )?"
)
# A figure that goes on with the measure of the one before it.
_PART_OF = re.compile(
    r"(?:\bincluding|\bamong (?:them|the dead|whom|those killed)(?: (?:were|are|is|was))?|\bof (?:them|whom|which)|, with|\bas well as|\bmost of them|\bcomprising|\bcompared (?:with|to)|\bagainst|\bup from|\bdown from)(?: at least| about| some| more than)?\s*$"
)
_IS_PEOPLE = re.compile(
    rf"(?:[\w-]+ ){{0,2}}?(?:{PEOPLE.pattern})|in the previous|the (?:day|week) before|$|[.,]"
)
_FIGURE_IS = re.compile(
    r"\b(?:figure|number|toll|total|count|tally)\b[^.;]{0,40}?\b(?:is|was|at|to|be|were|of)\b(?: (?:closer to|nearer|nearer to|more like|about|around|some|up to))?\s*$"
)
_GOES_ON = re.compile(
    _FIGURE_IS.pattern.removesuffix("$")
    + r"|\b(?:confirm|verify|verified|confirmed)(?: only| just)? [\d]"
)
_OWN_VERB = re.compile(
    r"[^,;.]{0,50}?\b(?:were|was|have been|has been|had been|are being) (?!civilians|children|women|soldiers|minors|men\b|killed|among)\w+"
)
_GOOD_END = re.compile(
    r"(?:of (?:them|whom|those|which)\b)?[^,;.]{0,30}?\b(?:(?:have|has|had|were|was) (?:since |now |later |already )*(?:been )?(?:freed|released|found alive|reunited|ransomed))\b"
)


_PARENT_OF = re.compile(r"\b(?:mother|father|parent|grandmother|grandfather|family)s? of\s*$")
_REPORTED = re.compile(r"\b(?:said|reported|according)\b[^,;]{0,20}$")
# "three million people live there, half of them displaced": the measure holds for the part.
_FRACTION = re.compile(
    r"(?P<whole>[^,;.]{0,60}),\s*(?:about |nearly |almost |roughly |some |more than |over )?(?P<part>half|a third|one third|two thirds|a quarter|one quarter|three quarters|most|many|some) of (?:them|whom)\b"
)
_PARTS = {"half": 1 / 2, "a third": 1 / 3, "one third": 1 / 3, "two thirds": 2 / 3}
_PARTS |= {"a quarter": 1 / 4, "one quarter": 1 / 4, "three quarters": 3 / 4}
_COULD_CONFIRM = re.compile(
    r"\b(?:confirm|verify|verified|confirmed|counted|counts)(?: only| just)?\s*$"
)
_TIMES_OVER = re.compile(
    r"\b(?P<word>violat\w*|breach\w*|broke|broken|infring\w*) (?:the |a |this )?(?:[\w-]+ ){0,2}?(?:cease-?fire|truce|armistice|silence|agreement|regime)(?: (?:regime|of silence|about|some|around|at least|more than|nearly|over))*\s*$"
)


@dataclass(slots=True)
class Figure:
    """A claim found; spans in the page's text."""

    measure: str
    value: float | int | None
    low: float | int | None
    high: float | int | None
    qualifier: str | None
    word: str | None
    who: str | None
    by: str | None
    time: str | None
    place: str | None
    said_by: str | None
    span: tuple[int, int]
    at: int
    confidence: float = 0.9
    inherits: bool = False  # its measure is that of the figure before it


def figures_by_rule(
    sentences: list[Sentence], marks: list[Marks], counted: set[int]
) -> dict[tuple[int, int], Figure]:
    """Every figure that the rules find, by its sentence's number and its own first token.

    ``counted``: offsets of figures that a term counts.
    """
    found: dict[tuple[int, int], Figure] = {}
    here: list[Figure] = []
    for sentence, mark in zip(sentences, marks, strict=True):
        if not mark.quantities:
            continue
        carried = [
            f for f in here[-1:] if _GOES_ON.search(sentence.low) and sentence.start - f.at < 400
        ]
        low = sentence.low
        if not (carried or _STEMS.stands_in(low) or _PHRASES.search(low)):
            continue
        here = list(carried)
        for n, q in enumerate(mark.quantities):
            following = mark.quantities[n + 1] if n + 1 < len(mark.quantities) else None
            figure = _figure(sentence, mark, q, following, here, counted)
            if figure is not None:
                here.append(figure)
                found[sentence.index, q.core] = figure
    return found


_ROSE_FROM = re.compile(
    r"\b(?:rose|risen|fell|fallen|dropped|decreased|declined|increased|climbed|grew|up|down)\b[^.;,]{0,30}\bfrom\s*$"
)


_ASIDE = re.compile(
    r"([^,;.]{0,50}),\s*(?:[\w-]+ of (?:them|whom|which)|of which|of whom|of them|including|among (?:them|whom)|mostly|most of them|or|about|nearly|half|roughly|almost|many)\b[^,;.]{0,60},\s*"
)


_HAPPENED = re.compile(r"\W*(?:[\w-]+ ){0,3}(?:killed|dead|wounded|displaced|who)\b")


_TIMES = re.compile(r"times\b")


_COMMA = re.compile(r"[,;]")


def _figure(
    sentence: Sentence,
    mark: Marks,
    q: Quantity,
    following: Quantity | None,
    here: list[Figure],
    counted: set[int],
) -> Figure | None:
    base = sentence.start
    tokens = sentence.tokens
    at, end = tokens[q.first].start - base, tokens[q.last - 1].end - base
    low = sentence.low
    limit = tokens[following.first].start - base if following else len(low)
    right = low[end : min(limit, end + 140)]
    lead = len(right) - len(right.lstrip(" -"))
    right = right.lstrip(" -")
    left = low[max(0, at - 90) : at]
    near = _COMMA.split(right)[0]
    if _PARENT_OF.search(left):
        return None
    if (
        q.value is not None
        and q.value == 1
        and tokens[q.core].low in ("a", "one")
        and re.match(r"(?:of|side|day|week|more step)\b", right)
    ):
        return None
    often = _TIMES_OVER.search(left) if _TIMES.match(right) else None
    if (
        often is None
        and _VEHICLES.match(right)
        and not re.match(r"(?:[\w-]+ ){0,3}?(?:violations?|strikes|attacks)", right)
    ):
        return None
    reported = _REPORTED.search(left)
    happened = _HAPPENED.match(right)
    if _MODAL.search(left) and not reported and not happened and not _COULD_CONFIRM.search(left):
        return None
    aside = _ASIDE.match(low[end : end + 220])
    if aside:
        right = (aside.group(1) + " " + low[end + aside.end() : end + 220]).lstrip(" -")
    if following is not None and _JOINED.fullmatch(low[end : tokens[following.first].start - base]):
        # "45 civilians and at least 73 soldiers were killed": what follows holds for both
        beyond = tokens[following.last - 1].end - base
        shared = low[end : tokens[following.first].start - base] + " " + low[beyond : beyond + 90]
        right_joined = re.sub(r"\b(?:and|or)\b", " ", shared).lstrip(" -")
        if re.match(r"[\w\s-]{0,70}?\b(?:were|was|have|has|had|are)\b", right_joined):
            right = re.sub(r"\s+", " ", right_joined)
    if here and re.match(
        r"(?:[\w-]+ )?of (?:them|whom)\b(?![^,;.]{0,25}\b(?:were|was|had|have|died))", right
    ):
        right = near  # "seven of them civilians, and the injured at …": no words beyond the comma
    choice = (("other", often.group("word"), None) if often else None) or (
        measure_of_number(low[max(0, at - 160) : at])
        or measure_of_subject(low[:at])
        or measure_of(left, right, near)
    )
    fraction = _FRACTION.match(low[end : end + 120])
    if choice is None and fraction:
        said = low[end + fraction.end() : end + fraction.end() + 60].split(",")[0].lstrip()
        choice = measure_of("", said, said)
    if _GOOD_END.match(right):
        return None
    inherits = False
    if choice is None and here and not _OWN_VERB.match(right):
        previous = here[-1]
        part = _PART_OF.search(left) and _IS_PEOPLE.match(right)
        of_them = re.match(
            r"(?:[\w-]+ )?(?:of (?:them|whom|which|the dead|those|the victims)\b|(?:were|are|was) (?:civilians|children|women|soldiers|minors|men))",
            right,
        )
        other_figure = _FIGURE_IS.search(left) is not None or (
            _COULD_CONFIRM.search(left) is not None
            and re.match(r"\s*(?:$|[.,;])", right) is not None
        )
        or_more = re.search(r"\bor\s*$", re.sub(r"(?:some|about|around)\s*$", "", left))
        listed = (
            re.search(r"\band\s*$", left)
            and _IS_PEOPLE.match(right)
            and at - (previous.at - base) < 60
        ) or (
            re.search(r"(?:\band|[:;,])\s*$", left)
            and (":" in low[:at])
            and at - (previous.at - base) < 140
        )
        whose = re.search(r"\bof (?:whom|which)\s+(?:about |some |around )?$", left) is not None
        if part or of_them or other_figure or or_more or listed or whose:
            inherits = True
            choice = (
                previous.measure,
                previous.word,
                None if of_them or other_figure else counted_people(right, previous.measure),
            )
    if choice is None:
        return None
    measure, word, who = choice
    if (
        measure == "other"
        and re.search(r"\b(?:in|by|during|after|from|of|with)\s*$", left)
        and word
        and re.search(r"strike|attack|raid|explosion|clash|incident|shelling", word)
    ):
        return None  # "killed in two strikes" counts the killed
    if who:  # the text's own letters, not the lower-case copy
        spot = low.find(who, end)
        who = sentence.text[spot : spot + len(who)] if 0 <= spot < end + 150 else who
    if base + tokens[q.core].start - base in counted and measure in (
        "captured",
        "detained",
        "evacuated",
        "other",
        "missing",
        "injured",
    ):
        return None
    value, lo, hi = q.value, q.low, q.high
    scaled = False
    if (
        fraction
        and word
        and word not in fraction.group("whole")
        and word in low[end + fraction.end() : end + 160].split(",")[0]
    ):
        share = _PARTS.get(fraction.group("part"))
        if share is None or value is None:
            return None  # "most of them displaced" gives no figure
        value, lo, hi, scaled = value * share, None, None, True
    if _ROSE_FROM.search(left) and q.qualifier is None and re.match(r"(?:[\w-]+ )?to\b", right):
        return None  # the old figure of "fell from 213 to 95"
    if q.qualifier == "between" and _ROSE.search(low[:at]) and tokens[q.first].low == "from":
        value, lo, hi = q.high, None, None
    stop = end + lead + len(near) if near else end
    by = by_whom(sentence.text[end : end + 120], measure)
    time = when(mark, low, base, at)
    return Figure(
        measure,
        tidy(value),
        tidy(lo),
        tidy(hi),
        None if q.qualifier == "between" else q.qualifier,
        word,
        who,
        by,
        time,
        None,
        None,
        (
            base + clause_start(low, at),
            base + min(end + fraction.end() + 40 if scaled and fraction else stop, len(low)),
        ),
        base + at,
        confidence=0.7 if scaled else 0.9,
        inherits=inherits,
    )


def by_whom(right: str, measure: str) -> str | None:
    """Who did it, in the words after a figure."""
    if measure not in ("killed", "injured", "captured", "detained", "displaced"):
        return None
    match = _BY.search(right)
    return match.group("by") if match else None


_BREAK = re.compile(r",|;|\bsaid\b|\bdemanded\b|\badded\b")


def when(mark: Marks, low: str, base: int, at: int) -> str | None:
    """The time nearest to a figure with no comma or verb of saying between them."""
    best: tuple[int, str] | None = None
    for moment in mark.moments:
        spot = moment.said.start - base
        between = low[min(at, spot) : max(at, spot)]
        if (moment.iso and not _BREAK.search(between) and abs(spot - at) < 120) and (
            best is None or abs(spot - at) < best[0]
        ):
            best = (abs(spot - at), moment.iso)
    return best[1] if best else None


_CLAUSE_BREAK = re.compile(r"[,;:]| and | while ")


def clause_start(low: str, at: int) -> int:
    """Where the words of a figure at ``at`` begin: after a boundary near by, at a word's edge."""
    cut = (
        max(
            low.rfind(m, 0, at) + len(m) - 1
            for m in (",", ";", ":", " and ", " while ")
            if low.rfind(m, 0, at) >= 0
        )
        if _CLAUSE_BREAK.search(low[:at])
        else -1
    )
    start = cut + 1 if at - cut < 70 else at - 40
    if start <= 0:
        return 0
    if start == at - 40:
        start = low.find(" ", start) + 1
    while low[start : start + 1] == " ":
        start += 1
    return min(start, at)
