"""Rights that somebody reserves in a statement, beside the clauses of the agreement.

A statement changes no term. What is asked is whether a clause, or an exception to one, gives
what the speaker reserves: ``granted``, ``not-granted`` or ``cannot-tell``. The answer is about
the agreement file, which may be shorter than the official text, and says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from truceline.model.act import vocabulary
from truceline.model.agreement import Agreement
from truceline.model.provision import Exemption, Provision
from truceline.model.statement import Statement

OUTCOMES = ("granted", "not-granted", "cannot-tell")
# "Reserves the right", in the languages of the agreements at hand.
_RESERVES = re.compile(
    r"\b(?:reserv(?:e|es|ed|ing)|retain(?:s|ed)?|keeps?|maintain(?:s|ed)?)\W+"
    r"(?:(?:for|to)\W+(?:it|them|him|our)sel\w+\W+|(?:the|its|our|their|his|her|a|every|any|all|full|"
    r"sovereign|legitimate|inherent|own)\W+){0,4}rights?\b"
    r"|réserv\w+ le droit|reserva\w* el derecho|оставля\w+ за собой право|залиша\w+ за собою право"
    r"|hak(?:kını|larını|kımızı|larımızı)\s+saklı\s+tut|(?:ت|ن|ي|أ)?حتفظ\w*\s+(?:ب|على\s+)?حق|الاحتفاظ\s+بحق",
    re.IGNORECASE,
)
_CLAIMED = re.compile(
    r"\bha(?:s|ve|d)\b(?:\W+\w+){0,3}?\W+right (?:to|of)\b"
    r"|\b(?:our|their|its|his|legitimate|inherent) right (?:to|of)\b",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"\bretaliat\w*|\brespon(?:d|ds|ding|se|ses)\b|\bself[- ]?defen[cs]e|\bdefend\w*\b"
    r"|\bin kind\b|\breply\b|\breact\w*\b|\banswer\w*\b|\bcounter[- ]?(?:attack|strike|act)\w*"
    r"|\bripost\w*|\brépli\w+|\brépondre\b|\bresponder\b|\bответ\w*|\bвідпов\w+|\bmisilleme\w*"
    r"|\bkarşılık\w*|\bالرد\b|\bبالرد\b|\bلرد\b|دفاع",
    re.IGNORECASE,
)
_ENEMIES = re.compile(
    r"\bterror\w*|\bextremis\w*|\bjihad\w*|إرهاب\w*|террор\w*|terör\w*", re.IGNORECASE
)
_ACTS = {
    "fly": r"\b(?:fly|flights?|overfl\w+|airspace|drones?|reconnaissance)\b",
    "move": r"\b(?:deploy\w*|reinforce\w*|enter\w*|cross\w*|station\w*|move troops)\b",
    "strike": r"\b(?:attack\w*|strik\w+|bomb\w*|shell\w*|use (?:of )?force|military (?:action|operation)s?|target\w*)\b",
    "leave": r"\b(?:withdraw from|suspend\w*|terminat\w+|denounce\w*|end the (?:agreement|cease-?fire|truce))\b",
}
_ACT = {name: re.compile(words, re.IGNORECASE) for name, words in _ACTS.items()}
_SELF_DEFENCE = re.compile(r"self[- ]?defen[cs]e|retaliat|in response|in answer", re.IGNORECASE)
_FORCE = frozenset({"answering", "strike", "terrorists"})
# An agreement file that says that its text is not public cannot say what is not in it.
_HIDDEN = re.compile(
    r"\b(?:texts?|terms|annex(?:es)?|memorandum|protocol|agreement)\b[^.;\"]{0,40}?"
    r"\b(?:not public|unpublished|never (?:made )?public|never published|not (?:been |made )?"
    r"(?:public|published)|undisclosed|secret|confidential)\b"
    r"|\b(?:unpublished|undisclosed|secret|confidential) (?:texts?|terms|annex|memorandum|protocol)",
    re.IGNORECASE,
)
_FILE = "this is said of the agreement file; the official text decides"


@dataclass(frozen=True, slots=True)
class Right:
    """What a statement reserves, and what the agreement says of it.

    ``words`` are the statement's own, from the reservation on. ``to`` is what the right is to:
    answering, terrorists, fly, move, strike, leave, or '' where that is not recognised.
    ``provisions`` are the ids of the clauses that the answer rests on.
    """

    words: str
    to: str
    outcome: str
    provisions: tuple[str, ...]
    why: str


def right_in(statement: Statement, agreement: Agreement) -> Right | None:
    """The right that a statement reserves beside the agreement's clauses; None: it reserves none."""
    found = _RESERVES.search(statement.quote)
    claimed = _CLAIMED.search(statement.quote)
    if not found and claimed and _ANSWERS.search(statement.quote[claimed.end() - 3 :]):
        found = claimed  # "has the right to defend itself"; "the right to return" is no such right
    if not found:
        return None
    words = statement.quote[found.start() :].strip()
    rest = statement.quote[found.start() :]
    if _ANSWERS.search(rest):
        return _granted(words, "answering", list(_answering(agreement)), agreement)
    if _ENEMIES.search(rest):
        return _granted(words, "terrorists", list(_against(agreement)), agreement)
    for name, pattern in _ACT.items():
        if pattern.search(rest):
            return _granted(words, name, list(_permitting(agreement, pattern)), agreement)
    return Right(
        words,
        "",
        "cannot-tell",
        (),
        "what the right is to is not recognised in these words; a person has to read the clauses",
    )


def _clauses(agreement: Agreement) -> Iterator[Provision]:
    repealed = {name for a in agreement.amendments for name in a.repeals}
    changed = [p for a in agreement.amendments for p in a.provisions]
    newer = {p.id for p in changed}
    for provision in (*agreement.provisions, *changed):
        if provision.id not in repealed and (provision in changed or provision.id not in newer):
            yield provision


@dataclass(frozen=True, slots=True)
class _Grant:
    """A clause, or an exception to one, that gives what is reserved. ``doubt``: perhaps not."""

    provision: Provision
    how: str
    doubt: str


def _answering(agreement: Agreement) -> Iterator[_Grant]:
    for clause in _clauses(agreement):
        for exemption in clause.except_:
            if exemption.answering or _SELF_DEFENCE.search(exemption.basis):
                yield _Grant(
                    clause, "excepts acts in answer to another's breach", _doubt(clause, exemption)
                )
        if clause.permits is not None and _ANSWERS.search(f"{clause.permits} {clause.text}"):
            yield _Grant(clause, f"permits {clause.permits}", clause.disputed)


def _against(agreement: Agreement) -> Iterator[_Grant]:
    for clause in _clauses(agreement):
        for exemption in clause.except_:
            named = [
                *exemption.against,
                *(agreement.groups[g].because for g in exemption.against if g in agreement.groups),
            ]
            if exemption.against:
                who = ", ".join(exemption.against)
                listed = (
                    "whether those whom the speaker means are among them is not said"
                    if named
                    else ""
                )
                doubts = [d for d in (_doubt(clause, exemption), listed) if d]
                yield _Grant(clause, f"excepts acts against {who}", "; ".join(doubts))
        if clause.permits is not None and _ENEMIES.search(f"{clause.permits} {clause.text}"):
            yield _Grant(clause, f"permits {clause.permits}", clause.disputed)


def _permitting(agreement: Agreement, pattern: re.Pattern[str]) -> Iterator[_Grant]:
    for clause in _clauses(agreement):
        if clause.permits is not None and pattern.search(f"{clause.permits} {clause.text}"):
            yield _Grant(clause, f"permits {clause.permits}", clause.disputed)
        if clause.unless_authorised_by and pattern.search(f"{clause.phrase} {clause.text}"):
            by = ", ".join(clause.unless_authorised_by)
            yield _Grant(
                clause, f"allows it where {by} authorises it", "an authorisation is needed"
            )


def _doubt(clause: Provision, exemption: Exemption) -> str:
    if exemption.contested:
        return f"the exception is contested{': ' + exemption.because if exemption.because else ''}"
    return clause.disputed


def _granted(words: str, to: str, grants: list[_Grant], agreement: Agreement) -> Right:
    if not grants:
        return _not_granted(words, to, agreement)
    sure = [g for g in grants if not g.doubt]
    ids = tuple(dict.fromkeys(g.provision.id for g in sure or grants))
    if sure:
        told = "; ".join(f"{g.provision.id} {g.how}" for g in sure)
        return Right(words, to, "granted", ids, f"{told}; only within that clause's own limits")
    told = "; ".join(f"{g.provision.id} {g.how}, but {g.doubt}" for g in grants)
    return Right(words, to, "cannot-tell", ids, told)


def _not_granted(words: str, to: str, agreement: Agreement) -> Right:
    clauses = list(_clauses(agreement))
    if not clauses:
        return Right(words, to, "cannot-tell", (), "the agreement file has no clauses")
    said = "no clause of this agreement grants it"
    if to == "leave":
        said += "; whether a party may leave is also a question of general law, which is not here"
        return Right(words, to, "cannot-tell", (), said)
    forbidding = tuple(p.id for p in clauses if to in _FORCE and _forbids_force(p))
    if _HIDDEN.search(agreement.model_dump_json()):
        why = "no clause that is known grants it, and the text, or a part of it, is not public"
        return Right(words, to, "cannot-tell", forbidding, why)
    if forbidding:
        verb = "forbids" if len(forbidding) == 1 else "forbid"
        said += f", and {', '.join(forbidding)} {verb} force without such an exception"
    return Right(words, to, "not-granted", forbidding, f"{said}; {_FILE}")


def _forbids_force(clause: Provision) -> bool:
    """Whether a clause forbids shelling outright: the plainest use of force there is."""
    names = clause.acts or ((clause.prohibits,) if clause.prohibits else ())
    shelling = vocabulary().acts["shelling"]
    phrases = [vocabulary().phrase(name) for name in names]
    forbids = any(p is not None and p.covers(shelling) == "yes" for p in phrases)
    return clause.prohibits is not None and forbids
