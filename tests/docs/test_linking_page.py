"""docs/linking.md says the weights that are in force."""

import math
import re
from pathlib import Path

from truceline.monitor.link.link import DEFAULT

PAGE = (Path(__file__).parents[2] / "docs" / "linking.md").read_text(encoding="utf-8")


def row(words: str) -> list[float]:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| {words}"))
    cell = line.split("|")[2].replace("−", "-")
    return [float(n) for n in re.findall(r"[+-]?\d+(?:\.\d+)?", cell)]


def test_the_table_of_weights() -> None:
    w = DEFAULT
    for words, values in {
        "act, the same": [w.act_same],
        "act, narrower": [w.act_narrower],
        "act, a vague word": [w.act_could],
        "act, kinds of one": [w.act_sibling],
        "act, both from afar": [w.act_near],
        "act, other": [w.act_other],
        "act, armed force": [w.act_kind],
        "actor, the same": [w.actor_same],
        "actor, other letters": [w.actor_unlike],
        "actor, other parties": [w.actor_other],
        "target,": [w.target_same, w.target_unlike, w.target_other],
        "deaths": [w.deaths_most, round(math.log(w.deaths_odd), 1)],
        "place name, the same": [w.name_same, w.name_most],
        "place name, other": [w.name_other],
        "one cites the other": [w.cites_other, w.cites_same],
        "one speaks": [w.overview],
    }.items():
        assert row(words) == values, words


def test_the_limits_in_the_text() -> None:
    w = DEFAULT
    for words in (
        f"wider than {w.vague_km:g} km",
        f"wider than {w.vague_unit_km:g} km",
        f"wider than {w.widest_km:g} km",
        f"over {w.longest_days:g} days",
        f"more than {w.heap} reports",
        f"in {w.wrong_day:.0%} of reports".replace("%", " %"),
        f"reach −{-w.keep:g}",
        f"counts −{-w.missing:g}",
        f"at least −{-w.clear:g} after",
        f"at {w.clear_vague:g} or more",
        f"is {w.lesson_clear:g} or more",
        f"log((n + {w.lesson_prior:g}) / (e + {w.lesson_prior:g} / exp(w)))",
        f"with {w.lesson_least} clear pairs or more",
        f"at most {w.lesson_most:g} either way, in steps of {w.lesson_grain:g}",
    ):
        assert words in PAGE, words
