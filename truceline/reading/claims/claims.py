"""Claims: figures of people (and of incidents), with what happened to them and who said so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from truceline.reading.claims.cast import Cast
from truceline.reading.claims.figures import Spot, spots_of
from truceline.reading.claims.measures import counted_people
from truceline.reading.claims.rules import (
    Figure,
    by_whom,
    clause_start,
    figures_by_rule,
    when,
)
from truceline.reading.claims.sources import Candidate, candidates_of, choose
from truceline.reading.claims.weighed import (
    HARM,
    NONE,
    add_lands,
    add_phrases,
    after_another,
    features_of,
    home_of,
    shared_of,
    words_of,
)
from truceline.reading.claims.words import OTHER, classes, phrases_in
from truceline.reading.marks import Marks
from truceline.reading.names.people import People
from truceline.reading.numbers import tidy
from truceline.reading.page.words import Sentence
from truceline.reading.speech.speech import Attribution
from truceline.reading.weighing.scale import Scale, scale

_HUMAN = HARM | {"people"}


@dataclass(slots=True)
class Scene:
    """All that the claims of a document are read from.

    ``said``: verbs of saying with their speakers, by sentence; ``counted``: offsets of figures
    that a term counts; ``quoted``: quotations with their speakers; ``labels``: who speaks in a
    block whose first words say so ("SPOKESPERSON: …").
    """

    sentences: list[Sentence]
    marks: list[Marks]
    said: dict[int, list[Attribution]]
    counted: set[int]
    quoted: list[tuple[int, int, str | None]]
    labels: dict[int, str]
    people: People
    spots: dict[int, list[Spot]] = field(default_factory=dict)
    rule: dict[tuple[int, int], Figure] = field(default_factory=dict)  # by sentence and token
    features: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    words: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rule = figures_by_rule(self.sentences, self.marks, self.counted)
        warm = -9
        over: tuple[int, set[str]] = (-99, set())  # the last heading or line that leads a list
        home: str | None = None
        for sentence, mark in zip(self.sentences, self.marks, strict=True):
            kinds = [classes(t.low) for t in sentence.tokens]
            if not all(map(_HUMAN.isdisjoint, kinds)):
                warm = sentence.index
            elif sentence.index - warm > 4:
                continue  # nothing of harm or need in it or shortly before
            if spots := spots_of(sentence, mark, kinds):
                self.spots[sentence.index] = spots
                if home is None:
                    home = home_of(self.sentences)
                self._weigh(sentence, spots, kinds, over, home)
            if sentence.heading or sentence.tokens[-1].text == ":":
                over = (sentence.index, {name for k in kinds for name in k & HARM})

    def _weigh(
        self,
        sentence: Sentence,
        spots: list[Spot],
        kinds: list[frozenset[str]],
        over: tuple[int, set[str]],
        home: str,
    ) -> None:
        words = self.words[sentence.index] = words_of(sentence, spots)
        shared = shared_of(sentence, words, kinds)
        if sentence.index - over[0] < 9:
            shared |= {"over:" + name for name in over[1]}
            if sentence.index - over[0] == 1:
                shared |= {"under:" + name for name in over[1]}
        lows = [t.low for t in sentence.tokens]
        for n, spot in enumerate(spots):
            features = features_of(sentence, lows, words, kinds, spots, n, shared)
            rule = self.rule.get((sentence.index, spot.q.core))
            features.add(f"R:{rule.measure}" if rule else "R:none")
            if sentence.tokens[spot.q.core].start in self.counted:
                features.add("counted")
            if any(a <= sentence.start + spot.start < b for a, b, _ in self.quoted):
                features.add("quoted")
            self.features[sentence.index, n] = features
        each = [self.features[sentence.index, n] for n in range(len(spots))]
        add_phrases(sentence, spots, each)
        add_lands(sentence, spots, each, home)

    @property
    def by_rule(self) -> dict[tuple[int, int], str]:
        """The rules' measures, by sentence and number of the figure in it."""
        return {
            (i, n): rule.measure
            for i, spots in self.spots.items()
            for n, spot in enumerate(spots)
            if (rule := self.rule.get((i, spot.q.core)))
        }


def taught(
    scene: Scene, label: dict[tuple[int, int], str | None]
) -> Iterator[tuple[set[str], str | None]]:
    """The features of each figure where the answers for those before it are known."""
    last, at = "", 0
    for i, spots in scene.spots.items():
        before = "^"
        for n in range(len(spots)):
            more = after_another(scene.sentences[i], scene.words[i], spots, n, before, last, i - at)
            answer = label[i, n]
            yield scene.features[i, n] | more, answer
            before = answer or scene.by_rule.get((i, n), NONE)
            if before != NONE:
                last, at = before, i


def measures_of(scene: Scene, known: Scale) -> dict[tuple[int, int], tuple[str, float]]:
    """The measure of each figure that has one, with its probability."""
    found = {}
    last, at = "", 0
    for i, spots in scene.spots.items():
        before = "^"
        for n in range(len(spots)):
            more = after_another(scene.sentences[i], scene.words[i], spots, n, before, last, i - at)
            chance = known.chances(scene.features[i, n] | more)
            before = max(chance, key=lambda a: chance[a] if a != NONE else chance[a] * NONE_LESS)
            if before != NONE:
                found[i, n] = (before, chance[before])
                last, at = before, i
    return found


NONE_LESS = 0.7  # of its probability: a claim missed weighs as much as one too many


def figures_of(scene: Scene, known: Scale | None, sources: Scale | None) -> list[Figure]:
    """Every claim, by the weights given; by the rules alone where there are none.

    ``known`` weighs measures, ``sources`` those who gave a figure.
    """
    found: list[Figure] = []
    if known is None:
        chosen = {key: (measure, 0.9) for key, measure in scene.by_rule.items()}
    else:
        chosen = measures_of(scene, known)
    if not chosen:
        return []
    cast = Cast(scene.sentences, scene.people, {i for i, _ in chosen}) if sources else None
    last: tuple[str, int, int] | None = None  # the source before, its sentence and token
    for (i, n), (measure, chance) in chosen.items():
        figure = _figure(scene, i, n, measure, chance)
        if cast is None or sources is None:
            figure.said_by = _ruled(scene, figure, i) or (
                found[-1].said_by if figure.inherits and found else None
            )
        else:
            who, _ = choose(sources, candidates(scene, cast, i, n, measure, last))
            figure.said_by = who or None
            last = (who, i, scene.spots[i][n].q.last)
        found.append(figure)
    return once(found)


def _ruled(scene: Scene, figure: Figure, i: int) -> str | None:
    """Who says a figure by the grammar of speech."""
    sentence = scene.sentences[i]
    return (
        next((who for a, b, who in scene.quoted if a <= figure.at < b and who), None)
        or said_by(sentence, figure.at - sentence.start, scene.said.get(i, []))
        or scene.labels.get(sentence.block)
    )


def candidates(
    scene: Scene, cast: Cast, i: int, n: int, measure: str, last: tuple[str, int, int] | None
) -> list[Candidate]:
    """Those who may have given a figure. ``last``: the source before, its sentence and token."""
    sentence, spot = scene.sentences[i], scene.spots[i][n]
    at = sentence.start + spot.start
    quote = next(((a, b, who) for a, b, who in scene.quoted if a <= at < b), None)
    previous = None
    if last is not None and i - last[1] <= 3:
        previous = (last[0], i - last[1], max(0, spot.q.first - last[2]) if i == last[1] else 0)
    return candidates_of(
        cast,
        scene.sentences,
        i,
        spot,
        previous=previous,
        rule=said_by(sentence, spot.start, scene.said.get(i, [])),
        quoted=quote[2] if quote else None,
        label=scene.labels.get(sentence.block),
        inside=quote is not None,
        measure=measure,
    )


def taught_sources(
    scene: Scene, label: dict[tuple[int, int], str | None], said: dict[tuple[int, int], str | None]
) -> Iterator[tuple[list[Candidate], str | None]]:
    """The candidates of each known claim with the source that the answer names."""
    known = {key for key in said if label.get(key) not in (None, NONE)}
    cast = Cast(scene.sentences, scene.people, {i for i, _ in known})
    last: tuple[str, int, int] | None = None
    for i, n in sorted(known):
        yield candidates(scene, cast, i, n, label[i, n] or "", last), said[i, n]
        last = (said[i, n] or "", i, scene.spots[i][n].q.last)


def read_claims(scene: Scene) -> list[Figure]:
    """Every claim of a document."""
    return figures_of(scene, scale("claim-net"), scale("source-net"))


_COMMA = re.compile(r"[,;]")


def _figure(scene: Scene, i: int, n: int, measure: str, chance: float) -> Figure:
    sentence, spot = scene.sentences[i], scene.spots[i][n]
    q = spot.q
    rule = scene.rule.get((i, q.core))
    if rule is not None and rule.measure == measure:
        if spot.repaired:
            rule.value, rule.low, rule.high = tidy(q.value), tidy(q.low), tidy(q.high)
            rule.qualifier = None if q.qualifier == "between" else q.qualifier
            a, b = rule.span
            rule.span = (a, max(b, sentence.start + spot.end))
        return rule
    base, low = sentence.start, sentence.low
    following = scene.spots[i][n + 1].start if n + 1 < len(scene.spots[i]) else len(low)
    right = low[spot.end : min(following, spot.end + 140)]
    near = _COMMA.split(right, 1)[0]
    at = sentence.tokens[q.first].start - base
    start, stop = clause_start(low, at), min(spot.end + len(near), len(low))
    said = _nearest_phrase(low, spot, measure)
    if said:
        start, stop = min(start, said[0]), max(stop, said[1])
    return Figure(
        measure,
        tidy(q.value),
        tidy(q.low),
        tidy(q.high),
        None if q.qualifier == "between" else q.qualifier,
        low[said[0] : said[1]] if said else None,
        counted_people(right.lstrip(" -"), measure),
        by_whom(sentence.text[spot.end : spot.end + 120], measure),
        when(scene.marks[i], low, base, at),
        None,
        None,
        (base + start, base + stop),
        base + at,
        confidence=round(min(0.9, chance), 2),
    )


def _nearest_phrase(low: str, spot: Spot, measure: str) -> tuple[int, int] | None:
    """Where the words nearest to a figure stand that say what happened to the counted."""
    kinds = OTHER if measure == "other" else (measure,)
    near = [
        (max(start - spot.end, spot.start - end, 0), start, end)
        for start, end, name in phrases_in(low)
        if name in kinds
    ]
    best = min(near, default=None)
    return (best[1], best[2]) if best and best[0] <= 90 else None


def said_by(sentence: Sentence, at: int, said: list[Attribution]) -> str | None:
    """Who speaks at ``at``: the nearest verb of saying before it, else one after it."""
    before = [
        a for a in said if a.verb_start <= at or (a.kind == "according" and a.verb_start <= at)
    ]
    after = [a for a in said if a.verb_start > at]
    if before:
        last = max(before, key=lambda a: a.verb_start)
        between = sentence.low[last.verb_end : at]
        if not (re.search(r";|, while | whereas ", between)):
            return last.who
    for a in after:
        between = sentence.low[at : a.verb_start]
        if a.kind in ("after", "according") and not re.search(r"; |, while | whereas ", between):
            return a.who
        if (
            a.kind == "before"
            and a.subject_start > at
            and re.search(r",\s*(?:the |a |an )?[^,]{0,80}$", sentence.low[at : a.verb_start])
            and not re.search(r"; |, while | whereas |, but |, and the ", between)
        ) and (
            a.verb == "told"
            or re.match(
                r"\W*(?:$|[.:]|on |late |early |in |at |\w+day|,|to )", sentence.low[a.verb_end :]
            )
        ):
            return a.who
    if len(said) == 1 and said[0].kind == "according":
        return said[0].who  # the only source that the sentence names
    return None


def once(found: list[Figure]) -> list[Figure]:
    """The same figure of the same thing said twice is one claim."""
    kept: list[Figure] = []
    for figure in found:
        twin = next(
            (
                k
                for k in kept
                if (k.measure, k.value, k.low, k.high)
                == (figure.measure, figure.value, figure.low, figure.high)
                and (k.said_by == figure.said_by or figure.said_by is None or k.said_by is None)
                and (
                    k.who == figure.who
                    or not k.who
                    or not figure.who
                    or k.who.split()[-1:] == figure.who.split()[-1:]
                )
            ),
            None,
        )
        if twin is None or (
            figure.value is not None and figure.value < 10 and twin.who != figure.who
        ):
            kept.append(figure)
        else:
            twin.said_by = twin.said_by or figure.said_by
            twin.who = twin.who or figure.who
    return kept
