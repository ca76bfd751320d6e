"""What a clause counts: "up to 40 lorries", "a 200-member mission", "monitors numbering 75"."""

import re

from truceline.reading.marks import Marks
from truceline.reading.numbers import Quantity
from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import Draft, Trigger
from truceline.reading.times.lengths import number_of_words

_MEN = r"constables|cadres|verifiers|companies|platoons|troops|soldiers|service(?:men|personnel)|peace-?keepers|police\w*|men|personnel|guards|members|combatants|fighters|guerrillas|rebels|militiamen|gendarmes|battalions|brigades|officers|volunteers|mercenaries|advisers"
_HELD = r"prisoners|detainees|hostages|captives|women|children|people|persons|soldiers|civilians|men|others|minors|inmates|internees|pows|servicemen|fighters|palestinians|israelis|members|fishermen|pilots|nationals|citizens|(?:school)?girls|(?:school)?boys|schoolchildren|pupils|students|crew|sailors|workers|teachers|commanders|residents|policemen|officers|elderly|of (?:our|their|its) (?:people|men|own)"
_ARMS = r"weapons|arms|tanks|guns|howitzers|rifles|launchers|vehicles|rockets|mortars|systems|pieces|carriers|artillery"
_NOUNS = {
    "monitoring": rf"observers|monitors|experts|inspectors|delegates|staff|civilians|people|teams?\b|elders|verifiers|representatives|{_MEN}|(?:local |field |regional )?(?:offices|posts|teams|centres|centers)",
    "deployment": rf"{_MEN}|guards|people|engineers|companies|monitors|observers|(?:check|guard|watch|observation)?-?posts?|points|stations|(?:military )?personnel|military men|auxiliaries|offices",
    "release": _HELD,
    "withdrawal": rf"{_MEN}|{_ARMS}|(?:guard |observation |military |army )?(?:posts|checkpoints|roadblocks|bases|positions|outposts)|units|people|families|rebels|sites|places|spots|men",
    "handover": rf"{_ARMS}|bodies|remains|head\b|villages|districts|towns|people|prisoners|posts|bases|others",
    "access": rf"trucks?|lorries|truckloads|convoys?|flights?|ships?|vessels?|tonnes?|tons|buses|patients|wounded|civilians|people|persons|litres|liters|tankers?|families|crossings?|vehicles|{_MEN}|loads|pilgrims|workers|students|evacuees|barges|planes|aircraft|airports|ports|roads|markets|hospitals|schools",
    "prohibition": rf"{_MEN}|{_ARMS}|persons|people|aircraft|vehicles",
    "exception": rf"{_MEN}|{_ARMS}|companies|platoons|brigades|divisions|ships|posts|points|positions|checkpoints|persons|people|vehicles",
    "patrol": r"patrols|vehicles|soldiers|men|runs|teams|groups|officers|observers",
    "zone": r"(?:assembly |transit |security |safe )?(?:zones|areas|corridors|camps|points|sites|places|localities|enclaves|cantonments|spots)",
    "deliverable": r"lists|maps|members|officers|delegates|seats|villages|families",
}
_CLASS = {
    kind: re.compile(
        rf"[\s-]*(?:(?!and\b|or\b|in\b|at\b|from\b|by\b|to\b|of\b|will\b|shall\b|must\b|may\b|is\b|are\b|were\b|have\b|who\b|that\b|days?\b|hours?\b)[\w’'-]+[ -](?:and (?=[a-z]+ [a-z]))?){{0,4}}?(?:{words})\b"
    )
    for kind, words in _NOUNS.items()
}
_BEFORE = {kind: re.compile(rf"\b(?:{words})\s+$") for kind, words in _NOUNS.items()}
_STRONG = re.compile(
    r"\b((?:\d[\d,]*|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|hundred))[- ](?:strong|member|person|man)\b"
)
_NUMBERING = re.compile(
    r"\b(?:(?:who|which|and) number|numbering|namely|a strength of|strength of|totall?ing|consisting of|composed of|comprising|comprises|made up of|exceed(?:ing|s)?|limited to|reduced to)\s+(?:up to |about |some |around )?$"
)
_NUMBER_OF = re.compile(
    r"\b(?:in (?:the )?(?:number|quantity|strength) of|at (?:the |a )?rate of|first|remaining|last|other)\s+$"
)
_GROUP = re.compile(
    r"\b(?:teams?|forces?|commission|committee|groups?|mission|contingent|body|unit|staff|batch(?:es)?|parties|party|delegation|panel|corps|detachment|"
    r"columns?|convoys?|lots) of (?:up to |about |some |around |at most |no more than )?$"
)
# "observers, thirty-five of them", "(450 men, vetted)", "27 on each side", "some 2,300 in all"
_APPOSED = re.compile(
    r"[a-z][\w’'-]*(?: [\w’'-]+)?\s*(?:[,(:–—-]+|[,(] ?(?:up to|some|about|not|not above|at most|namely|no more than))\s*$"
)
_WHOLE = re.compile(
    r"\s*(?:of (?:them|us|its|their|our|each|which|whom)\b|in (?:all|number|total|the first instance)|at (?:a time|first|most|this stage|any time)|all ranks|for a start|to (?:start|begin) with|"
    r"(?:on|from|of|for|per) (?:each|either|every|both) sides?|(?:men|persons|people|strong)\b|[,.;)]|$)"
)
_EACH = re.compile(r"\s*(?:[a-z]+ ){0,2}(?:each|apiece)\b")
_TOTAL = re.compile(r"\s*(?:all ranks|in all|in total|all told)\b")
_SICK = re.compile(r"\s+(?:[a-z]+ ){0,2}?(?:wounded|injured|sick)\b(?! by| in )")
_NOT_COUNTED = re.compile(
    r"\W*(?:hours?|minutes?|sides?|parties|part(?:y)?|countries|governments?|nations|points?|articles?|phases?|stages?|years?|months?|days?|times?|weeks?|presidents?|leaders|warring|neighbou?rs|main|of the (?:two|parties)|or|and|to|in|at|on|by|from(?: each)?|percent|%|mm|rounds?|other|people (?:were )?killed|forces\b|armies|ministers|belligerents|states|directions?|groups?|each|steps?|elements|regions|seasons?|documents?|rivals?|neighbou?r\w*|km|miles|o'clock|thirds?|generals?|delegations?|top|appointed|nominated|additional|more than|of which|carrying|of them)\b"
)


def _are_sick(tail: str) -> bool:
    """Whether the counted are the wounded or sick whom an access clause lets out."""
    return _SICK.match(tail) is not None


def set_count(
    draft: Draft, marks: Marks, sentence: Sentence, start: int, end: int, trigger: Trigger
) -> None:
    """Give a draft what its clause counts."""
    if draft.kind in ("duration", "cessation", "meeting"):
        return
    strong = _STRONG.search(sentence.low, start, end)
    if strong and draft.kind in ("monitoring", "deployment", "patrol", "withdrawal"):
        number = number_of_words(strong.group(1))
        if number and number > 1:
            draft.count, draft.of = int(number), "members"
            return
    ranked = []
    for q in marks.quantities:
        at = sentence.tokens[q.first].start - sentence.start
        if start <= at < end and (rank := _rank(draft, q, sentence, start, trigger)) is not None:
            ranked.append((*rank, q))
    if not ranked:
        if (again := _AS_MANY.search(sentence.low, start, end)) is not None:
            before = [
                q
                for q in marks.quantities
                if q.value and sentence.tokens[q.first].start - sentence.start < again.start()
            ]
            draft.count = int(before[-1].value or 0) if before else None
        return
    q = min(ranked, key=lambda x: x[:2])[2]
    value = q.value if q.value is not None else q.high
    draft.count = int(value or 0)
    tail = sentence.text[sentence.tokens[q.last - 1].end - sentence.start :]
    words = re.match(r"[\s-]*((?:[\w’'-]+ ?){1,4})", tail)
    draft.of = words.group(1).strip() if words else None
    if draft.of:
        cut = re.match(
            r"(.*?)\s+(?:to|in|from|on|at|by|for|will|shall|would|and|or|per|a day|each|every|with|within|held|are|is|be|must|over|under|during|through|into|daily|who|that|along)\b",
            draft.of,
        )
        draft.of = cut.group(1) if cut else draft.of


_IN_ALL = re.compile(r",?\s+(?:of them )?(?:in (?:number|all|total)|strong)\b")


_HARMED_AFTER = re.compile(
    r"[^,;.]{0,40}\b(?:were |was |have been )?(?:killed|wounded|injured|displaced|dead)\b"
)


def _rank(
    draft: Draft, q: Quantity, sentence: Sentence, start: int, trigger: Trigger
) -> tuple[int, int] | None:
    """How well a quantity is what the draft counts, less being better; None where it is not."""
    low = sentence.low
    at = sentence.tokens[q.first].start - sentence.start
    tail_at = sentence.tokens[q.last - 1].end - sentence.start
    tail, left = low[tail_at : tail_at + 70], low[:at]
    if at > trigger.end and re.search(r", while |;|, whereas | while ", low[trigger.end : at]):
        return None
    if not (draft.kind == "access" and _are_sick(tail)) and _HARMED_AFTER.match(tail):
        return None
    value = q.value if q.value is not None else q.high
    if value is None or not float(value).is_integer():
        return None
    nouns = _CLASS.get(draft.kind)
    fits = nouns is not None and nouns.match(tail) is not None
    numbering = (
        (
            draft.kind == "handover"
            and re.search(r"\b(?:bodies|remains) of (?:about |some |the )?$", left)
        )
        or _NUMBERING.search(left) is not None
        or (_GROUP.search(left) is not None and not _EACH.match(tail))
        or _IN_ALL.match(tail)
    )
    whole = _WHOLE.match(tail) is not None
    apposed = whole and _APPOSED.search(left) is not None
    before = _BEFORE.get(draft.kind)
    fits = fits or (before is not None and whole and before.search(left) is not None)
    counted = fits or numbering or q.qualifier in ("not exceeding", "a maximum of", "not to exceed")
    if not (counted or _NUMBER_OF.search(left) or (apposed and draft.kind in _APPOSING)) and (
        draft.kind in ("exception", "prohibition", "zone", "deliverable")
        or _NOT_COUNTED.match(tail)
        or not re.match(r"[\s-]*[a-z]", tail)
        or (start <= trigger.start and abs(at - trigger.end) > 45)
        or (start > trigger.start and at - start > 12)
        or (at < trigger.start and not _is_subject(low, start, at, tail))
    ):
        return None
    distance = at - trigger.start if at >= trigger.start else trigger.start - at
    if not numbering and re.search(
        r"\b(?:including|of (?:whom|which|them)|among them|with)\s+(?:up to |about )?$", left
    ):
        distance += 400  # a part of what is counted
    if left.endswith(("of the ", "of its ", "of their ")):
        distance += 300  # "of the 900 held, 300 go home"
    if _PART.match(tail) or _WHO.search(low, start, at):
        distance += 400
        counted = apposed = False
    if _TOTAL.match(tail):
        distance -= 400
    if _GROUP.search(left) and not _EACH.match(tail):
        distance -= 200
    return (0 if counted or apposed else 1), distance


def _is_subject(low: str, start: int, at: int, tail: str) -> bool:
    """Whether a number begins its clause and counts the things that its verb is about: "fifty
    constables … will be posted"."""
    lead = low[start:at].strip(" ,:;–—-0123456789.()")
    return (at - start < 14 or lead.count(" ") < 3) and _MANY.match(tail) is not None


_PART = re.compile(r"\s*of (?:them|which|whom|these)\b")
_WHO = re.compile(r", (?:who|which|whose)\b")
_AS_MANY = re.compile(r"\b(?:the same|an equal|a like) number of\b")
_MANY = re.compile(r"[\s-]*(?:[a-z’'-]+ ){0,3}?[a-z]{3,}s\b")
_APPOSING = (
    "access",
    "monitoring",
    "deployment",
    "release",
    "patrol",
    "withdrawal",
    "exception",
    "handover",
    "prohibition",
)
