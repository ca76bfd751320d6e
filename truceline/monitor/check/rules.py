"""Rules: whether a clause forbids what a report says was done, by whom, against whom.

Nothing here knows where or when; that is ``locate`` and ``windows``. The answer is yes, no,
or a doubt named by its cause (act, party, text), with the sentences that say why.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from truceline.model.act import Phrase, vocabulary
from truceline.model.agreement import Agreement
from truceline.model.provision import Exemption, Provision
from truceline.model.timeline import Choice
from truceline.monitor.check.who import (
    NO_PARTY,
    UNLISTED,
    Names,
    Report,
    Scenario,
    bound_among,
    members,
    scenarios,
    shown_to_be,
    spoken_of,
)

Answer = Literal["yes", "no", "place", "act", "party", "text"]
Sentence = tuple[str, str, str]  # rule, outcome, detail
AUTHORISATIONS = 1_000  # slots of ``placed`` from here on are authorisations
_DOUBTS: tuple[Answer, ...] = ("place", "act", "party", "text")
_COVER: Mapping[str, Answer] = {"yes": "yes", "no": "no", "perhaps": "act", "arguably": "text"}


@dataclass(frozen=True, slots=True)
class Deed:
    """What a report says was done, apart from where and when. Hashable; reports share a few."""

    act: str
    report: Report
    calibre_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a clause forbids a deed, who may have done it, and why."""

    answer: Answer
    bound: str
    parties: tuple[str, ...]
    sentences: tuple[Sentence, ...]


def either(answers: Sequence[Answer]) -> Answer:
    """What holds whichever of several possibilities is the case."""
    found = set(answers)
    if len(found) == 1:
        return answers[0]
    if "place" in found or "act" in found:
        return "place" if "place" in found else "act"
    return "party"  # who it was decides between the answers


def both(*answers: Answer) -> Answer:
    """All must hold: a no decides, then the first doubt in the order act, party, text."""
    if "no" in answers:
        return "no"
    return next((d for d in _DOUBTS if d in answers), "yes")


def _phrases(names: Sequence[str]) -> tuple[Phrase, ...]:
    found = (vocabulary().phrase(name) for name in names)
    return tuple(phrase for phrase in found if phrase is not None)


def covered(phrases: Sequence[Phrase], deed: Deed) -> Answer:
    """Whether one of the phrases covers the deed's act, its target counted."""
    if deed.report.attribution == "disputed":  # accounts may differ on the target too
        each = [_covered(phrases, deed.act, (t,)) for t in deed.report.target or ("",)]
        return each[0] if len(set(each)) == 1 else "act"
    return _covered(phrases, deed.act, deed.report.target)


def _covered(phrases: Sequence[Phrase], act_id: str, targets: Sequence[str]) -> Answer:
    act = vocabulary().acts[act_id]
    shown = shown_to_be(targets) or ("",)
    answers = {_COVER[p.covers(act, target=target)] for p in phrases for target in shown}
    return next((a for a in ("yes", "act", "text") if a in answers), "no")


class Clause:
    """One provision, ready to be asked about deeds. Answers are cached by the caller."""

    def __init__(self, agreement: Agreement, provision: Provision, names: Names) -> None:
        self.agreement = agreement
        self.provision = provision
        self.names = names
        self.phrases = _phrases(provision.acts or (provision.phrase,))
        self.against = members(agreement, provision.against)

    def act(self, deed: Deed, targets: Sequence[frozenset[str]]) -> tuple[Answer, Sentence]:
        """Whether the clause forbids the act itself."""
        label = vocabulary().acts[deed.act].label
        answer = covered(self.phrases, deed)
        said = f"'{self.provision.phrase}'"
        sentence = {
            "yes": ("act", "forbidden", f"'{label}' is among the acts that {said} covers."),
            "no": ("act", "not forbidden", f"'{label}' is not among the acts that {said} covers."),
            "act": (
                "act",
                "cannot tell",
                f"The report says '{label}'. That could be an act that {said} covers, or not.",
            ),
            "text": (
                "act",
                "cannot tell",
                f"Whether {said} covers '{label}' is open to more than one reading of the words.",
            ),
        }[answer]
        weapons = self.provision.weapons
        if answer == "yes" and weapons is not None and weapons.calibre is not None:
            if deed.calibre_mm is None:
                return "act", (
                    "act",
                    "cannot tell",
                    f"The clause speaks of calibres {weapons.calibre}; the report gives no calibre.",
                )
            if not weapons.calibre.holds(deed.calibre_mm):
                return "no", (
                    "act",
                    "not forbidden",
                    f"A calibre of {deed.calibre_mm:g} mm is outside {weapons.calibre}.",
                )
        if answer == "yes" and weapons is not None and weapons.types:
            return "act", (
                "act",
                "cannot tell",
                f"The clause speaks of {', '.join(weapons.types)}; a report does not say which "
                "weapon it was in words that can be held against that.",
            )
        offensive = self.provision.qualifier == "offensive"
        if offensive and both(answer, covered(_phrases(("offensive operations",)), deed)) != answer:
            return both(answer, "act"), (
                "act",
                "cannot tell",
                "The clause forbids offensive acts; the report does not say whether this was one.",
            )
        return answer, sentence

    def judge(
        self,
        deed: Deed,
        moments: Sequence[datetime],
        choice: Choice,
        placed: Mapping[int, Answer],
    ) -> Judgement:
        """Whether the clause forbids this deed on these days.

        ``moments`` are the first and last instants of the report (and every change of a
        party's status between). ``placed`` says for each exception (and, from 1,000 on,
        each authorisation) that has a zone or a window whether the report lies in it.
        """
        options = scenarios(self.names, deed.report)
        targets = options[0].targets
        act_answer, act_sentence = self.act(deed, targets)
        answers: list[Answer] = []
        applied: dict[Sentence, None] = {}
        for option in options:
            answers.append(self._scenario(deed, option, moments, choice, placed, applied))
        who = either(answers)
        doers = {p for option in options for doer in option.doers for p in doer}
        parties = tuple(sorted(p for p in doers if p not in (UNLISTED, NO_PARTY)))
        bound = bound_among(self.agreement, sorted(doers), moments, choice)
        sentences = [act_sentence, self._party_sentence(deed, who, parties, answers), *applied]
        answer = both(act_answer, who)
        if answer == "yes" and self.provision.duty is not None:
            answer = "text"
            sentences.append(
                (
                    "duty",
                    "cannot tell",
                    f"The clause obliges {', '.join(self.provision.who) or 'a party'} to "
                    f"{self.provision.duty} such acts; whether one act shows that the duty was "
                    "breached, the text does not say.",
                )
            )
        if answer == "yes" and self.provision.disputed:
            answer = "text"
            sentences.append(("text", "cannot tell", f"Disputed: {self.provision.disputed}"))
        sentences.append(("bound", bound, _bound_words(bound, parties)))
        return Judgement(answer, bound, parties, tuple(sentences))

    def _scenario(
        self,
        deed: Deed,
        option: Scenario,
        moments: Sequence[datetime],
        choice: Choice,
        placed: Mapping[int, Answer],
        applied: dict[Sentence, None],
    ) -> Answer:
        """Joint acts: forbidden if it is forbidden to one of those who took part."""
        answers = [
            either(
                [
                    self._one(deed, doer, combination, moments, choice, placed, applied)
                    for doer in sorted(candidates)
                    for combination in itertools.product(*(sorted(t) for t in option.targets))
                ]
            )
            for candidates in option.doers
        ]
        if "yes" in answers:
            return "yes"
        if all(answer == "no" for answer in answers):
            return "no"
        return next(d for d in _DOUBTS if d in answers)

    def _one(
        self,
        deed: Deed,
        doer: str,
        targets: Sequence[str],
        moments: Sequence[datetime],
        choice: Choice,
        placed: Mapping[int, Answer],
        applied: dict[Sentence, None],
    ) -> Answer:
        provision = self.provision
        answer: Answer = spoken_of(self.agreement, provision, doer, moments, choice)
        if provision.of:
            answer = both(answer, self._listed(doer, provision.of))
        if self.against:
            if not targets or UNLISTED in targets:
                answer = both(answer, "party")
            elif not any(t in self.against for t in targets):
                answer = "no"
        if answer == "no":
            return "no"
        for number, exception in enumerate(provision.except_):
            holds = self._excepted(exception, deed, doer, targets, placed.get(number, "yes"))
            if holds == "no":
                continue
            applied[_exception_sentence(exception, holds)] = None
            if holds == "yes" and not exception.contested:
                return "no"
            answer = both(answer, "text" if holds == "yes" else holds)
        if provision.unless_authorised_by:
            for number, record in enumerate(provision.authorisations):
                allowed = self._listed(doer, record.by)
                if allowed != "no" and record.acts:
                    allowed = both(allowed, covered(_phrases(record.acts), deed))
                allowed = both(allowed, placed.get(AUTHORISATIONS + number, "yes"))
                if allowed == "yes":
                    applied[("authorisation", "authorised", f"Record {record.id} allows it.")] = (
                        None
                    )
                    return "no"
                if allowed != "no":
                    answer = both(answer, allowed)
        return answer

    def _listed(self, doer: str, names: Sequence[str]) -> Answer:
        """Whether a doer is among parties and groups. One on no list may be any of them."""
        if doer == UNLISTED:
            return "party"
        return "yes" if doer in members(self.agreement, names) else "no"

    def _excepted(
        self,
        exception: Exemption,
        deed: Deed,
        doer: str,
        targets: Sequence[str],
        placed: Answer,
    ) -> Answer:
        """Whether an exception covers this doer and these targets.

        It covers an act against several only where it covers all of them. A report that
        names no target, or an unlisted one, does not show that the exception holds.
        """
        if placed == "no":
            return "no"
        answer: Answer = placed
        if exception.by:
            answer = both(answer, self._listed(doer, exception.by))
            if answer == "no":
                return "no"
        if exception.against:
            listed = members(self.agreement, exception.against)
            if not targets or any(t not in listed for t in targets):
                return "no"
        if exception.acts:
            answer = both(answer, covered(_phrases(exception.acts), deed))
        if exception.answering:
            answer = both(answer, "act")
        return answer

    def _party_sentence(
        self, deed: Deed, who: Answer, parties: tuple[str, ...], answers: Sequence[Answer]
    ) -> Sentence:
        """Why the clause does or does not speak of those who may have acted."""
        speaks = "anyone" if not self.provision.by else ", ".join(self.provision.by)
        if self.provision.status:
            speaks += " with the status " + " or ".join(self.provision.status)
        listed = ", ".join(parties) or "nobody on the agreement's list"
        named = "; ".join(deed.report.actor) or "nobody"
        if deed.report.attribution == "dyad":
            sides = f"{named} and {'; '.join(deed.report.target) or 'nobody'}"
            first = f"The source names two sides ({sides}) and not who acted."
        elif deed.report.attribution == "disputed":
            first = f"Accounts differ on who acted: {named}. Any one of them may have ({listed})."
        else:
            first = f"The report names {named} as having acted ({listed})."
        open_ = {"dyad": ", whichever side it was", "disputed": ", whichever of them it was"}
        rest = {
            "yes": f" The clause speaks of {speaks}, so the act is forbidden to them"
            f"{open_.get(deed.report.attribution, '')}.",
            "no": f" The clause speaks of {speaks}; it does not forbid this to them.",
            "place": " Whether the act lies where and when an exception holds cannot be told.",
            "act": " Whether an exception covers the act cannot be told from the report.",
            "party": f" The clause speaks of {speaks}; who acted, or against whom, decides, and "
            "the report leaves it open.",
            "text": " Whether the text forbids it to them is contested.",
        }[who]
        outcome = {"yes": "spoken of", "no": "not forbidden"}.get(who, "cannot tell")
        return ("party", outcome, first + rest)


def _exception_sentence(exception: Exemption, covered: Answer) -> Sentence:
    what = ", ".join(
        [
            *(f"against {n}" for n in exception.against),
            *(f"by {n}" for n in exception.by),
            *exception.acts,
            *(["in answer to another's act"] if exception.answering else []),
        ]
    )
    basis = f" ({exception.basis})" if exception.basis else ""
    because = f": {exception.because}" if exception.because else ""
    if covered == "yes" and not exception.contested:
        return ("exception", "applies", f"Acts {what} are excepted{basis}{because}.")
    if covered == "yes":
        return (
            "exception",
            "contested",
            f"Whether acts {what} are excepted is contested{basis}{because}.",
        )
    if exception.answering:
        return (
            "exception",
            "cannot tell",
            f"Acts {what} are excepted{basis}{because}. Whether this act answered another, and in "
            "proportion, no report decides; 'truceline answers' lists what it may have answered.",
        )
    return ("exception", "cannot tell", f"Acts {what} are excepted{basis}; it may be one.")


def _bound_words(bound: str, parties: tuple[str, ...]) -> str:
    who = ", ".join(parties) or "Nobody listed"
    return {
        "yes": f"{who}: bound by the terms on that day.",
        "no": f"{who}: not shown to be bound by the terms on that day.",
        "disputed": f"{who}: whether bound on that day is disputed.",
        "unknown": f"{who}: whether whoever acted is bound is not known.",
    }[bound]
