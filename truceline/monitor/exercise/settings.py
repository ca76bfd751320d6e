"""What an exercise can be told: its world, its observers and four settings of both.

None of these numbers is measured on a linker's result. Shares taken from a published
source name it; the rest are our choices, made before any linking was run on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

PLACES = ("exact", "village", "near", "district", "governorate")
RADII_M = {
    "exact": 500,
    "village": 2_000,
    "near": 25_000,
    "district": 30_000,
    "governorate": 80_000,
}


@dataclass(frozen=True, slots=True)
class World:
    """What truly happens. Shares are in [0, 1], distances in metres, times in hours.

    ``per_town_day``: acts a day at a middling town before the fighting is to stop.
    ``towns_per_1000km2``: how close towns lie in the agreement's ground. ``zipf``: how
    unequal towns are (the k-th busiest has k to the minus this). ``scatter_m``: standard
    deviation, on each axis, of an act around its town. ``drop``: the rate after as a share
    of the rate before. ``answered`` and ``again``: what share of all acts answers an earlier
    act of the other side, and what share repeats one of the same side; both at the earlier
    act's town or one of its five neighbours, after an exponential delay of mean
    ``answer_hours``. ``civilians``: the share of acts that hit civilians. ``dyads``: how
    many pairs of parties fight. ``deaths_mean``, ``deaths_shape``: negative binomial.
    """

    per_town_day: float = 0.034
    towns_per_1000km2: float = 33.0
    zipf: float = 0.9
    scatter_m: float = 800.0
    drop: float = 0.35
    answered: float = 0.25
    again: float = 0.08
    answer_hours: float = 12.0
    civilians: float = 0.25
    dyads: float = 6
    deaths_mean: float = 2.4
    deaths_shape: float = 0.6


@dataclass(frozen=True, slots=True)
class Observer:
    """How one simulated source sees and what it gets wrong. Shares are in [0, 1].

    Seeing: ``sees`` the share of incidents it reports (more of the deadly ones),
    ``blind`` of towns it never hears from, ``gaps`` of days it is silent (in runs of four),
    ``min_deaths`` below which it reports nothing.
    Place: ``places`` the weights of its precisions: ``exact`` (evenly within 500 m),
    ``village`` (the nearest town's coordinates, stated 2 km), ``near`` (a larger town's,
    25 km), ``district`` (its capital's, 30 km), ``governorate`` (its capital's, 80 km).
    ``wrong_town`` of its exact and village rows lie at a neighbouring town, beyond the
    radius they state. ``default`` of its district and governorate rows state 2 km all the
    same: a gazetteer's default point. ``misspells`` of places have their other spelling.
    Time: ``day_only`` of rows without a clock, ``clock_h`` the standard deviation of the
    others' clock in hours, ``wrong_day`` of rows a day off, ``month`` of rows that give only
    the month, ``delay_days`` the mean days until it reports (``as_of``).
    Who and what: ``style`` which of a party's names it uses, ``renames`` of rows with
    another of them, ``lumps`` with a name for several parties, ``unnamed`` without an actor,
    ``dyad`` that name two sides and not who acted, ``vague_act`` with a wider act,
    ``wrong_act`` with another act.
    Deaths: ``deaths_exact`` of tolls right, the others off by a factor around one;
    ``no_deaths`` of rows without a toll, ``ranges`` with low and high.
    Counting: ``joins`` of the groups of incidents of one town, day and pair of sides put into
    one row; ``twice_marked`` of rows entered again with a word that it is the same,
    ``twice`` without one; ``copies`` of the rows of the sources before it, repeated and
    cited; ``summaries`` a week, ``summary_marked`` of them so marked.
    """

    name: str
    sees: float
    places: Mapping[str, float]
    blind: float = 0.05
    gaps: float = 0.03
    min_deaths: float = 0
    wrong_town: float = 0.02
    default: float = 0.1
    misspells: float = 0.1
    day_only: float = 0.5
    clock_h: float = 0.7
    wrong_day: float = 0.03
    month: float = 0.0
    delay_days: float = 1.0
    style: float = 0
    renames: float = 0.05
    lumps: float = 0.03
    unnamed: float = 0.03
    dyad: float = 0.0
    vague_act: float = 0.1
    wrong_act: float = 0.03
    deaths_exact: float = 0.7
    no_deaths: float = 0.1
    ranges: float = 0.15
    joins: float = 0.0
    twice_marked: float = 0.005
    twice: float = 0.005
    copies: float = 0.0
    summaries: float = 0.3
    summary_marked: float = 0.8


@dataclass(frozen=True, slots=True)
class Fires:
    """A satellite's fires, as leads: ``sees`` the share of shelling and air strikes that it
    catches, ``noise`` fires of no incident for each that it catches.
    """

    sees: float = 0.0
    noise: float = 2.0


@dataclass(frozen=True)
class Setting:
    """A world, those who watch it, and a satellite."""

    name: str
    world: World
    observers: tuple[Observer, ...]
    fires: Fires = field(default_factory=Fires)


# UCDP GED, Syria 2016-2019, rows by where_prec 1, 2, 3, 4 (codes 5 to 7 are left out).
_GED = {"village": 9_010.0, "near": 5_786.0, "district": 334.0, "governorate": 620.0}

_REALISTIC = (
    # A desk that codes the news: one row for what the same sides did in one place on one day.
    Observer(
        "alpha",
        0.65,
        {"village": 0.85, "near": 0.12, "governorate": 0.03},
        day_only=1.0,
        joins=0.5,
        dyad=0.15,
        delay_days=5,
    ),
    # People on the ground: a clock and a position, and many tolls that grow.
    Observer(
        "beta",
        0.5,
        {"exact": 0.45, "village": 0.5, "near": 0.05},
        day_only=0.2,
        wrong_day=0.02,
        copies=0.04,
        twice=0.01,
        deaths_exact=0.6,
        renames=0.1,
    ),
    # A data set of deadly events, with the precisions of UCDP GED for Syria.
    Observer(
        "gamma",
        0.45,
        _GED,
        min_deaths=1,
        day_only=1.0,
        wrong_day=0.04,
        month=0.01,
        style=1,
        ranges=0.1,
        no_deaths=0.0,
        delay_days=30,
        summaries=0.5,
    ),
)

_EASY = tuple(
    replace(
        o,
        places={"exact": 0.5, "village": 0.48, "near": 0.02},
        wrong_town=0.005,
        default=0.0,
        wrong_day=0.01,
        month=0.0,
        style=0,
        renames=0.02,
        lumps=0.0,
        unnamed=0.01,
        dyad=0.0,
        vague_act=0.05,
        wrong_act=0.01,
        deaths_exact=0.9,
        joins=0.0,
        twice=0.002,
    )
    for o in _REALISTIC
)

_HARD = tuple(
    replace(
        o,
        places={**o.places, "near": o.places["near"] + 0.4 * sum(o.places.values())},
        blind=0.15,
        gaps=0.1,
        wrong_town=0.08,
        default=0.5,
        misspells=0.3,
        day_only=max(o.day_only, 0.6),
        wrong_day=0.12,
        month=0.05,
        renames=0.25,
        lumps=0.15,
        unnamed=0.15,
        dyad=max(o.dyad, 0.2),
        vague_act=0.3,
        wrong_act=0.1,
        deaths_exact=0.4,
        no_deaths=0.25,
        twice_marked=0.02,
        twice=0.03,
        copies=max(o.copies, 0.08 if o.name == "gamma" else 0.0),
        summaries=2.0,
        summary_marked=0.5,
    )
    for o in _REALISTIC
)

# Nothing in these reports tells one act of a day from another: to join them is to guess.
_HOPELESS = tuple(
    replace(
        o,
        places={"district": 0.5, "governorate": 0.5},
        default=0.9,
        misspells=0.5,
        day_only=1.0,
        wrong_day=0.4,
        month=0.3,
        renames=0.5,
        lumps=0.6,
        unnamed=0.3,
        dyad=0.5,
        vague_act=0.9,
        wrong_act=0.3,
        deaths_exact=0.1,
        no_deaths=0.5,
        twice=0.1,
        summaries=10.0,
        summary_marked=0.1,
    )
    for o in _REALISTIC
)

SETTINGS: Mapping[str, Setting] = {
    s.name: s
    for s in (
        Setting("easy", World(per_town_day=0.012, again=0.02), _EASY, Fires(0.1)),
        Setting("realistic", World(), _REALISTIC, Fires(0.1)),
        Setting("hard", World(per_town_day=0.1, again=0.15), _HARD, Fires(0.2, 4.0)),
        Setting("hopeless", World(per_town_day=0.5, again=0.2), _HOPELESS, Fires(0.2, 9.0)),
    )
}

_SHARES = {f.name for f in fields(Observer)} - {
    "name",
    "places",
    "min_deaths",
    "clock_h",
    "delay_days",
    "style",
    "summaries",
}


def changed(setting: Setting, changes: Mapping[str, float]) -> Setting:
    """The setting with parameters replaced, checked.

    A name is a field of ``World`` or ``Observer`` (then of every observer), or
    ``alpha.sees`` for one observer, ``alpha.places.village`` for one weight,
    ``fires.sees`` for the satellite.

    Raises:
        ValueError: no such parameter, or a value that it cannot have.
    """
    for name, value in changes.items():
        setting = _changed(setting, name, value)
    for observer in setting.observers:
        if sum(observer.places.values()) <= 0:
            raise ValueError(f"{observer.name} needs a precision (places) of a weight above 0")
    return setting


def _changed(setting: Setting, name: str, value: float) -> Setting:
    if name.startswith("places."):
        who, rest = "", name
    else:
        who, _, rest = name.partition(".") if "." in name else ("", "", name)
    if not 0 <= value <= 1e6:
        raise ValueError(f"{name} cannot be {value:g}: it is from 0 to 1,000,000")
    if who == "fires" and rest in ("sees", "noise"):
        if rest == "sees" and value > 1:
            raise ValueError(f"{name} cannot be {value:g}: it is a share, from 0 to 1")
        return replace(setting, fires=replace(setting.fires, **{rest: value}))
    world = {f.name for f in fields(World)}
    if not who and rest in world:
        _possible_world(name, value, setting.world)
        return replace(setting, world=replace(setting.world, **{rest: value}))
    chosen = [o.name for o in setting.observers if who in ("", o.name)]
    own = {f.name for f in fields(Observer)} - {"name", "places"}
    weight = rest.removeprefix("places.")
    if not chosen or (rest not in own and (rest == weight or weight not in PLACES)):
        raise ValueError(
            f"no parameter '{name}'; there are {', '.join(sorted(world | own))}, "
            f"and alpha.PARAMETER or alpha.places.village for one source "
            f"({', '.join(o.name for o in setting.observers)}, fires)"
        )
    if rest in _SHARES and value > 1:
        raise ValueError(f"{name} cannot be {value:g}: it is a share, from 0 to 1")
    observers = tuple(
        o
        if o.name not in chosen
        else replace(o, places={**o.places, weight: value})
        if rest != weight
        else replace(o, **{rest: value})  # type: ignore[arg-type]  # own holds only numbers
        for o in setting.observers
    )
    return replace(setting, observers=observers)


def _possible_world(name: str, value: float, world: World) -> None:
    if name in ("answered", "again", "civilians", "drop") and value > 1:
        raise ValueError(f"{name} cannot be {value:g}: it is a share, from 0 to 1")
    both = {"answered": world.answered, "again": world.again, name: value}
    if both["answered"] + both["again"] >= 1:
        raise ValueError(f"{name} cannot be {value:g}: answered and again together stay below 1")
    positive = ("per_town_day", "towns_per_1000km2", "answer_hours", "deaths_mean", "deaths_shape")
    if (name in positive and value <= 0) or (name == "dyads" and value < 1):
        raise ValueError(f"{name} cannot be {value:g}: it is more than 0")
