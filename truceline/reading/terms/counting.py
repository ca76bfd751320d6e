"""What a clause counts: "up to 40 lorries", "a 200-member mission", "monitors numbering 75"."""

import re

from truceline.reading.marks import Marks
from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import Draft, Trigger
from truceline.reading.times.lengths import number_of_words

_MEN = r"troops|soldiers|service(?:men|personnel)|peace-?keepers|police\w*|men|personnel|guards|members|combatants|fighters|guerrillas|rebels|militiamen|gendarmes|battalions|brigades|officers|volunteers|mercenaries|advisers"
_HELD = r"prisoners|detainees|hostages|captives|women|children|people|persons|soldiers|civilians|men|others|minors|inmates|pows|servicemen|fighters|palestinians|israelis|members|fishermen|pilots|nationals|citizens|(?:school)?girls|(?:school)?boys|schoolchildren|pupils|students|crew|sailors|workers|teachers|commanders|residents|policemen|officers|elderly|of (?:our|their|its) (?:people|men|own)"
_ARMS = r"weapons|arms|tanks|guns|howitzers|rifles|launchers|vehicles|rockets|mortars|systems|pieces|carriers|artillery"
_NOUNS = {
    "monitoring": rf"observers|monitors|experts|inspectors|delegates|staff|civilians|people|teams?\b|elders|verifiers|representatives|{_MEN}|(?:local |field |regional )?(?:offices|posts|teams|centres|centers)",
    "deployment": rf"{_MEN}|guards|people|engineers|companies|monitors|observers",
    "release": _HELD,
    "withdrawal": rf"{_MEN}|{_ARMS}|(?:guard |observation |military |army )?(?:posts|checkpoints|roadblocks|bases|positions|outposts)|units|people|families",
    "handover": rf"{_ARMS}|bodies|remains|head\b|villages|districts|towns|people|prisoners|posts|bases|others",
    "access": rf"trucks?|lorries|truckloads|convoys?|flights?|ships?|vessels?|tonnes?|tons|buses|patients|wounded|civilians|people|persons|litres|liters|tankers?|families|crossings?|vehicles|{_MEN}|loads|pilgrims|workers|students|evacuees|barges|planes|aircraft",
    "prohibition": rf"{_MEN}|{_ARMS}|persons|people|aircraft|vehicles",
    "exception": rf"{_MEN}|{_ARMS}|persons|people|vehicles",
    "patrol": r"patrols|vehicles|soldiers|men|runs",
    "zone": r"(?:assembly |transit |security |safe )?(?:zones|areas|corridors|camps|points|sites)",
    "deliverable": r"lists|maps|members|officers|delegates|seats|villages|families",
}
_CLASS = {
    kind: re.compile(
        rf"[\s-]*(?:(?!and\b|or\b|in\b|at\b|from\b|by\b|to\b|of\b|will\b|shall\b|must\b|may\b|is\b|are\b|were\b|have\b|who\b|that\b|days?\b|hours?\b)[\w’'-]+[ -]){{0,4}}?(?:{words})\b"
    )
    for kind, words in _NOUNS.items()
}
_STRONG = re.compile(
    r"\b((?:\d[\d,]*|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|hundred))[- ](?:strong|member|person|man)\b"
)
_NUMBERING = re.compile(
    r"\b(?:numbering|totall?ing|consisting of|composed of|comprising|comprises|made up of|exceed(?:ing|s)?|limited to|reduced to)\s+(?:up to |about |some |around )?$"
)
_SICK = re.compile(r"\s+(?:[a-z]+ ){0,2}?(?:wounded|injured|sick)\b(?! by| in )")
_NOT_COUNTED = re.compile(
    r"\W*(?:hours?|minutes?|sides?|parties|part(?:y)?|countries|governments?|nations|points?|articles?|phases?|stages?|years?|months?|days?|times?|weeks?|presidents?|leaders|warring|neighbou?rs|main|of the (?:two|parties)|or|and|to|in|at|on|by|from(?: each)?|percent|%|mm|rounds?|other|people (?:were )?killed|forces\b|armies|ministers|belligerents|states|directions?|groups?|each|steps?|elements|regions|seasons?|documents?|rivals?|neighbou?r\w*|km|miles|o'clock|thirds?|generals?|delegations?|top|appointed|nominated|additional|more|of which|carrying|of them)\b"
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
    low = sentence.low
    nouns = _CLASS.get(draft.kind)
    best: tuple[int, int, int, str | None] | None = None
    for q in marks.quantities:
        at = sentence.tokens[q.first].start - sentence.start
        if not start <= at < end:
            continue
        tail_at = sentence.tokens[q.last - 1].end - sentence.start
        tail = low[tail_at : tail_at + 70]
        if at > trigger.end and re.search(r", while |;|, whereas | while ", low[trigger.end : at]):
            continue
        if not (draft.kind == "access" and _are_sick(tail)) and re.match(
            r"[^,;.]{0,40}\b(?:were |was |have been )?(?:killed|wounded|injured|displaced|dead)\b",
            tail,
        ):
            continue
        value = q.value if q.value is not None else q.high
        if value is None or not float(value).is_integer():
            continue
        fits = nouns is not None and nouns.match(tail) is not None
        numbering = (
            (
                draft.kind == "handover"
                and re.search(r"\b(?:bodies|remains) of (?:about |some |the )?$", low[:at])
            )
            or _NUMBERING.search(low[:at]) is not None
            or re.match(r",?\s+(?:of them )?(?:in (?:number|all|total)|strong)\b", tail)
        )
        counted = (
            fits or numbering or q.qualifier in ("not exceeding", "a maximum of", "not to exceed")
        )
        if not counted and (
            draft.kind in ("exception", "prohibition", "zone", "deliverable")
            or _NOT_COUNTED.match(tail)
            or not re.match(r"[\s-]*[a-z]", tail)
            or (start <= trigger.start and abs(at - trigger.end) > 45)
            or (start > trigger.start and at - start > 12)
            or at < trigger.start
        ):
            continue
        distance = at - trigger.start if at >= trigger.start else trigger.start - at
        if (
            re.search(
                r"\b(?:including|of (?:whom|which|them)|among them|with)\s+(?:up to |about )?$",
                low[:at],
            )
            and not numbering
        ):
            distance += 400  # a part of what is counted
        rank = 0 if counted else 1
        if best is None or (rank, distance) < best[:2]:
            words = re.match(r"[\s-]*((?:[\w’'-]+ ?){1,4})", sentence.text[tail_at:])
            best = (rank, distance, int(value), words.group(1).strip() if words else None)
    strong = _STRONG.search(low, start, end)
    if strong and draft.kind in ("monitoring", "deployment", "patrol", "withdrawal"):
        number = number_of_words(strong.group(1))
        if number and number > 1:
            draft.count, draft.of = int(number), "members"
            return
    if best is None:
        return
    draft.count, draft.of = best[2], best[3]
    if draft.of:
        cut = re.match(
            r"(.*?)\s+(?:to|in|from|on|at|by|for|will|shall|would|and|or|per|a day|each|every|with|within|held|are|is|be|must|over|under|during|through|into|daily|who|that|along)\b",
            draft.of,
        )
        draft.of = cut.group(1) if cut else draft.of
