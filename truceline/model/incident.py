"""An incident: the events that describe one happening, with every source's own claim.

Incidents travel as Arrow tables in ``INCIDENT_SCHEMA``: all columns of an event, so that
a clause is asked of an incident as of a single report, and what only several reports have.

* ``event_id`` and ``incident_id`` are the least id among its members; ``aliases`` are ids
  that it had before.
* Place: the most precise members' region; where those do not overlap, a disc that encloses
  them. Time: what all members' spans share; where they share nothing, the least span that
  covers the most precise of them.
* ``act``: the narrower where members name a wider and a narrower act; else the narrowest
  act of the vocabulary that takes in all of them.
* ``actor``: every name; where members name different doers ``attribution`` is
  ``disputed``, which means: any one of these.
* Deaths: the lowest low, the middle best and the highest high over sources, never a sum.

Summaries and leads are never incidents. They stand in the same table as rows of their own
``kind``, so that every event is in exactly one row.
"""

from collections.abc import Iterable
from functools import cache

import pyarrow as pa

from truceline.model.act import vocabulary
from truceline.model.event import EVENT_SCHEMA

DISPUTED = "disputed"

_text = pa.string()
_texts = pa.list_(_text)

SAID = pa.struct(
    [
        ("event_id", _text),
        ("source", _text),
        ("deaths_low", pa.int64()),
        ("deaths_best", pa.int64()),
        ("deaths_high", pa.int64()),
        ("act", _text),
        ("actor", _texts),
    ]
)

INCIDENT_SCHEMA = pa.schema(
    [
        *EVENT_SCHEMA,
        ("incident_id", _text),
        ("event_ids", _texts),  # the members, in the order of their ids
        ("aliases", _texts),  # ids that this incident had before
        ("acts", _texts),  # every act that a member names
        ("actors", _texts),  # every name of a doer, or of a side where the doer is not said
        ("sources", _texts),
        ("independent", pa.int64()),  # sources that neither copy nor cite one another
        ("said", pa.list_(SAID)),  # each member's own claim
        ("disagreements", _texts),  # in plain words
        ("leads", _texts),  # event ids of leads that support it
    ]
)

PAIR_PART = pa.struct([("what", _text), ("weight", pa.float64()), ("words", _text)])

PAIR_SCHEMA = pa.schema(
    [
        ("event_a", _text),  # the lesser id
        ("event_b", _text),
        ("score", pa.float64()),  # log-odds that both describe one happening
        ("p", pa.float64()),  # the same as a probability
        ("parts", pa.list_(PAIR_PART)),  # they sum to the score
        ("together", pa.bool_()),  # whether they ended in one incident
    ]
)


@cache
def act_of(acts: frozenset[str]) -> str:
    """The one act for a set of acts that members of an incident name.

    An act that takes in another of the set gives way to it. What is left, if it is more
    than one, becomes the narrowest act of the vocabulary that takes in all of it.
    Unknown ids are left out; an empty set is ``unknown``.
    """
    known = vocabulary().acts
    named = sorted(a for a in acts if a in known)
    kept = [a for a in named if not any(b != a and _takes_in(a, b) for b in named)]
    if len(kept) == 1:
        return kept[0]
    everything = frozenset[str]().union(*(known[a].could_be for a in kept))
    wide = [a for a in known.values() if everything <= a.could_be]
    if not kept or not wide:
        return "unknown"
    return min(wide, key=lambda a: (len(a.could_be), a.id)).id


def takes_in(wide: str, narrow: str) -> bool:
    """Whether a report of ``wide`` may stand for all that a report of ``narrow`` may."""
    return wide == narrow or _takes_in(wide, narrow)


@cache
def _takes_in(wide: str, narrow: str) -> bool:
    known = vocabulary().acts
    if wide not in known or narrow not in known:
        return False
    return known[narrow].could_be < known[wide].could_be


def acts_agree(acts: Iterable[str]) -> bool:
    """Whether each of these acts takes in, or is taken in by, each other."""
    named = sorted(set(acts))
    return all(
        takes_in(a, b) or takes_in(b, a) for k, a in enumerate(named) for b in named[k + 1 :]
    )
