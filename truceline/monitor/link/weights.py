"""What linking rests on: the weights, and what people have decided.

Each number is a judgement that can be read, argued with and changed; docs/linking.md gives
the reason for each, and says what was looked at while they were set. A weight is a natural logarithm of
"how much more likely is this, if both reports describe one happening, than if not"
(Fellegi and Sunter 1969).
"""

from dataclasses import dataclass, field

HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Weights:
    """How reports err, how crowded ground is, and what agreement is worth.

    Distances in kilometres, times in hours; weights are log-odds.
    """

    # Place and time: how a report of a true happening falls (densities, not weights).
    floor_km: float = 1.0  # no place is known better: gazetteers differ about a village
    wrong_day: float = 0.06  # share of reports dated a day off, either way
    clock_near_h: float = 1.5  # a clock time is within this of the truth ...
    clock_near: float = 0.6  # ... in this share of reports
    clock_far_h: float = 9.0  # otherwise it is within this
    # Other happenings that could be meant instead.
    background: float = 0.5  # others within 48 by 48 km and three days, beyond those reported
    near_repeat: float = 0.3  # others in the same region and three days: attacks come in clusters
    # What they say.
    act_same: float = 1.4
    act_narrower: float = 1.0  # shelling, artillery fire
    act_could: float = 0.2  # a vague word that could stand for the other
    act_sibling: float = 0.0  # artillery fire, mortar fire
    act_near: float = -1.2  # both from afar (air strike, shelling), or both an exchange of fire
    act_other: float = -2.2
    act_kind: float = -4.0  # armed force, and something else
    actor_same: float = 0.8
    actor_alike: float = 0.3
    actor_unlike: float = -0.8  # other letters: often another name of the same
    actor_other: float = -1.5  # other parties, by the agreement's list
    target_same: float = 0.5
    target_alike: float = 0.2
    target_unlike: float = -0.4
    target_other: float = -0.7
    deaths_odd: float = 0.15  # share of pairs whose figures have nothing to do with each other
    deaths_spread: float = 0.3  # how far two counts of one happening lie apart, in log(1 + n)
    deaths_most: float = 3.5
    name_village_km: float = 2.0  # a place name stands for about this much ground
    name_most: float = 2.5
    name_same: float = 0.3
    name_other: float = -1.0  # of two precise reports; a vague one names a wider area
    cites_other: float = 2.0
    cites_same: float = 0.5
    overview: float = -6.0  # one speaks of a whole area or day in total, the other does not
    # What the reports themselves teach about their sources (lessons).
    lesson_clear: float = 2.2  # log-odds from which a pair is clear without what it is to teach
    lesson_least: int = 20  # clear pairs of two sources; fewer teach nothing
    lesson_prior: float = 2.0  # the weights above count for so many clear pairs
    lesson_most: float = 3.0  # the most that a lesson weighs, either way
    lesson_grain: float = 0.25  # lessons are rounded: a day more changes few of them
    # When two are one.
    link: float = 0.0  # least log-odds of an incident's members, on average
    clear: float = -0.4  # ... after what else each of them could be is counted in
    clear_vague: float = 0.0  # the same for a vague report
    missing: float = -5.0  # what a pair counts that was no candidate
    keep: float = -3.0  # pairs below this are not kept
    # What is vague, and what is beyond linking.
    vague_km: float = 15.0
    vague_unit_km: float = 5.0  # an admin unit wider than this is vague
    vague_hours: float = 50.0  # a span longer than two days (and a change of clocks)
    widest_km: float = 120.0  # a region wider than this says no place
    longest_days: float = 35.0  # a span longer than this says no time
    heap: int = 100  # reports on one point and day: a gazetteer's default, not a place
    throng: int = 150  # sources on one cell and day: more cannot all be compared in bounded time


DEFAULT = Weights()

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about events, by id. It outranks every score.

    ``join``: each pair is one incident. ``split``: each pair never is; "never join" and
    "split" are the same to the engine. The order within a pair does not count. Ids that
    are not among the events are left alone: they may come later.
    """

    join: frozenset[Pair] = field(default_factory=frozenset)
    split: frozenset[Pair] = field(default_factory=frozenset)


NONE = Decided()
