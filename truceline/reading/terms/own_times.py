"""Which of the moments that a clause names are those of its act: not the day of something else that it
speaks of, not that of the act before it.
"""

import re
from collections.abc import Callable

from truceline.reading.page.words import Sentence
from truceline.reading.terms.drafting import Trigger
from truceline.reading.times.anchoring import Moment

_IN_EFFECT = re.compile(
    r"\b(?:cease-?fire|truce|armistice|hostilities) of(?: the)? $|\b(?:effect|force|began|beg[iu]ns?|start(?:s|ed)?|commence[sd]?|took hold|takes hold|ceased?|halt(?:s|ed)?|stop(?:s|ped)?|fell silent|held)\b[^,;]{0,45}$"
)
_BROKEN = re.compile(
    r"\b(?:broken|violated|breached|closed|captured|attacked|killed)\b[^,;]{0,30}$"
)
_EACH_BEFORE = re.compile(r"\b(?:every|each)(?: \w+day(?:,| and|, and)?)*\s*$")
_EACH_AFTER = re.compile(r"\s*(?:at [\w.:]+(?: [ap]\.m\.)? )?(?:of|in) (?:each|every)\b")
# The day of something else that the clause speaks of: "two fishermen taken on 16 August".
_OF_ELSE = re.compile(
    r"(?<!\bbe )(?<!been )(?<!\bare )(?<!\bis )(?<!\bwas )(?<!were )(?<!\bthe )\b(?:taken|captured|seized|arrested|detained|killed|wounded|kidnapped|abducted|broken|shot)(?: (?:on|in))? (?:the )?$"
    r"|\b(?:closed|shut|cut) since(?: the)? $"
    r"|\b(?:deaths? of|killings? of|anterior to|(?:lines?|positions?|paper|border|memorandum|protocol|map|attack) of)(?: the)? $"
)
_NEXT_ACT = (", and ", "; ", ", while ", ", but ")
_MEETS = re.compile(
    r"\b(?:talks|meet(?:s|ings?)?|negotiations|dialogue|conference|summit|sessions?|rounds?|sits?)\b"
)
_RENEWED = re.compile(r"\b(?:renew|extend|prolong)\w*\b[^,;]{0,25} on $")
_SINCE = re.compile(r"\bsince(?: the)?\s*$")


def in_effect(moments: list[Moment], sentence: Sentence) -> list[Moment]:
    """The moments of a cessation without the days of other acts, where one of them is told to be that
    of its beginning: "met from 4 to 7 August on the truce that began at midnight on 28 July"."""
    low, base = sentence.low, sentence.start
    moments = [m for m in moments if not _BROKEN.search(low[: m.said.start - base])]
    told = [m for m in moments if m.said.role == "at" and m.iso]
    if len(told) < 2:
        return moments
    sure = [m for m in told if _IN_EFFECT.search(low[: m.said.start - base])]
    if not sure or told[0] in sure:
        return moments
    return [m for m in moments if m not in told or m in sure]


def is_weak(moment: Moment, sentence: Sentence) -> bool:
    """Whether a moment is that of something else that is spoken of, or only says on which days of the
    week an act recurs: it counts where no other is named."""
    left = sentence.low[: moment.said.start - sentence.start]
    if _OF_ELSE.search(left):
        return True
    return moment.said.role == "at" and (
        _EACH_BEFORE.search(left) is not None
        or _EACH_AFTER.match(sentence.low, moment.said.end - sentence.start) is not None
    )


def of_this_act(
    kind: str, moments: list[Moment], sentence: Sentence, trigger: Trigger
) -> list[Moment]:
    """The moments of a clause without those of other acts, where one is left."""
    if len(moments) < 2:
        return moments
    low, base = sentence.low, sentence.start

    def left(m: Moment) -> str:
        return low[: m.said.start - base]

    cut = max(low.rfind(mark, 0, trigger.start) for mark in _NEXT_ACT)
    meets = _MEETS.search(low, trigger.start) if kind == "meeting" else None
    starts = [m for m in moments if m.said.role == "start" and m.iso]
    first = next((m for m in starts if not _SINCE.search(left(m))), None)

    def before_its_start(m: Moment) -> bool:
        if first is None or kind == "cessation" or m.said.role != "at":
            return False
        return m.said.start < first.said.start and (m.iso or "")[:10] != (first.iso or "")[:10]

    others: list[Callable[[Moment], bool]] = [
        lambda m: m.said.start - base < cut,
        lambda m: meets is not None and m.said.start - base < meets.start(),
        lambda m: is_weak(m, sentence),
        lambda m: kind == "duration" and _RENEWED.search(left(m)) is None,
        before_its_start,
    ]
    for other in others:
        own = [m for m in moments if not other(m)]
        if any(m.iso for m in own):
            moments = own
    return moments
