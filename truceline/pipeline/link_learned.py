"""Learned weights: Splink on DuckDB, with our blocking and our grouping.

Fellegi and Sunter's weights, learned from the data without labels: u (how often pairs of
different happenings agree) by random sampling, m (how often pairs of one happening do) by
expectation maximisation. Which pairs are compared, and what may be put together, is as
with the default weights; only the weights differ.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from truceline.model.act import vocabulary
from truceline.monitor.link.blocks import candidates
from truceline.monitor.link.density import Crowd
from truceline.monitor.link.link import (
    Decided,
    Linked,
    Weights,
    labels,
    linked,
    settled_on,
    sorted_pairs,
)
from truceline.monitor.link.names import Parties, parties_of, spelled
from truceline.monitor.link.reports import DAY, EVENT, SEPARATOR, Floats, Ints, Reports, reports_of
from truceline.monitor.link.score import PARTS, Scorer
from truceline.monitor.link.weights import HOUR

_SEED = 1
_SAMPLED = 2_000_000  # pairs for u
_CELL_DEG = 0.25  # about 25 km: cells for the pairs that m is learned on
_VAGUE_KM = 12.0  # a place known worse is compared on levels of its own
_WIDE_KM = 40.0
_TOUCH = 0.95  # share of vague pairs of one happening whose regions touch: what a radius means
_FEWEST = 50  # reports with a place; fewer teach nothing
# Splink's comparisons and our parts: a place is compared in three ways, one of them at a time.
_PART_OF = [
    *((name, k) for k, name in enumerate(PARTS)),
    *((name, PARTS.index("place")) for name in ("vague", "wide")),
]
_MOST, _LEAST = 12.0, -5.0  # a level that is never seen among pairs has no finite weight


class LearnedError(RuntimeError):
    """The learned engine cannot be used; the message says why, and what to do."""


def learned(
    events: pa.Table,
    *,
    weights: Weights,
    decided: Decided,
    names: Parties | None,
    former: tuple[str, ...],
    chart: Path | None = None,
) -> Linked:
    """Link a table of events with weights that Splink learns from it.

    Raises:
        LearnedError: Splink is not installed, or there are too few reports to learn from.
        OSError: the chart cannot be written.
    """
    reports, notes = reports_of(events, weights)
    if int((reports.placed & (reports.kind == EVENT)).sum()) < _FEWEST:
        raise LearnedError(
            f"fewer than {_FEWEST} reports have a place and a time: too few to learn weights from; "
            "use --engine default"
        )
    parties = parties_of(names)
    crowd = Crowd.of(reports, weights)
    scorer = Scorer(reports, crowd, weights, parties)
    some = list(candidates(reports, crowd, scorer, weights))
    i, j = (np.concatenate([s[k] for s in some] or [np.zeros(0, np.int64)]) for k in (0, 1))
    event = reports.kind == EVENT
    both = event[i] & event[j]
    # Leads are no reports to learn from: they are laid beside incidents by the default weights.
    lead_i, lead_j = i[~both], j[~both]
    of_lead, lead_parts = scorer.score(lead_i, lead_j)
    i, j = i[both], j[both]
    parts = _parts(reports, parties, i, j, chart)
    kept = parts.sum(axis=1) >= weights.keep
    scored = sorted_pairs(
        [(i[kept], j[kept], parts[kept]), (lead_i[of_lead], lead_j[of_lead], lead_parts)]
    )
    known = settled_on(reports, decided)
    label = labels(reports, scored, known, weights)
    return linked(
        reports,
        crowd,
        scored,
        (),
        scored,
        label,
        known,
        weights,
        decided,
        names,
        former,
        notes,
        learned=True,
    )


def _parts(
    reports: Reports,
    parties: Callable[[str], frozenset[str]],
    i: Ints,
    j: Ints,
    chart: Path | None,
) -> Floats:
    """The parts of each pair's score, in the order of ``PARTS``; "crowd" is the prior."""
    try:
        import duckdb  # noqa: PLC0415 # only this engine needs it
        from splink import DuckDBAPI, Linker, block_on  # noqa: PLC0415 # an optional extra
    except ImportError:
        raise LearnedError(
            "Splink is not installed; install it with: pip install 'truceline[learned]'"
        ) from None
    connection = duckdb.connect(config={"threads": 1})  # several threads sum in any order
    api = DuckDBAPI(connection)
    linker = Linker(
        api.register(_records(reports, parties)), _settings(), log_level=logging.CRITICAL
    )
    training = linker.training
    training.estimate_u_using_random_sampling(max_pairs=_SAMPLED, seed=_SEED)
    for rule in (block_on("day", "cell"), block_on("act", "actor", "deaths")):
        training.estimate_parameters_using_expectation_maximisation(
            rule, max_pairs=_SAMPLED, record_sample_proportion=1.0
        )
    if chart is not None:
        page = linker.visualisations.match_weights_chart().to_html(inline=True)
        chart.write_text(page, encoding="utf-8")
    pairs = pa.table({"match_key": pa.repeat("0", len(i)), "join_key_l": i, "join_key_r": j})
    linker.table_management.register_blocked_pairs_for_predict(
        api.register(pairs, table_name="blocked_pairs")
    )
    found = linker.inference.predict(warning_mode="never")
    made = found.as_pyarrow_table()  # type: ignore[no-untyped-call] # Splink leaves this one untyped
    return _arranged(made, i, j, len(reports))


def _arranged(made: pa.Table, i: Ints, j: Ints, reports: int) -> Floats:
    """Splink's match weights (bits) as our parts (natural logarithms), pair by pair as they were asked."""
    left, right = (made[f"unique_id_{s}"].to_numpy().astype(np.int64) for s in "lr")
    asked = np.argsort(np.minimum(i, j) * reports + np.maximum(i, j), kind="stable")
    given = np.argsort(np.minimum(left, right) * reports + np.maximum(left, right), kind="stable")
    parts = np.zeros((len(i), len(PARTS)))
    for name, k in _PART_OF:
        if f"mw_{name}" in made.column_names:
            bits = made[f"mw_{name}"].to_numpy(zero_copy_only=False).astype(np.float64)
            worth = np.nan_to_num(bits, nan=0.0, posinf=_MOST, neginf=_LEAST) * np.log(2)
            parts[asked, k] += np.clip(worth, _LEAST, _MOST)[given]
    parts[:, PARTS.index("crowd")] = _prior(parts.sum(axis=1), reports)
    return np.round(parts, 4)


def _prior(worth: Floats, reports: int) -> float:
    """Log-odds that two reports taken at random are of one happening: the share that, taken
    as prior, gives itself back (the last step of expectation maximisation, over all pairs).
    """
    every = reports * (reports - 1) / 2
    share = 0.5 * reports / every
    for _ in range(100):
        expected = float((1 / (1 + np.exp(-np.clip(worth + np.log(share), -50, 50)))).sum())
        share = min(max(expected, 1.0), reports) / every
    return float(np.log(share))


def _records(reports: Reports, parties: Callable[[str], frozenset[str]]) -> pa.Table:
    """One row for each report that can be compared, in the columns that Splink looks at."""
    rows = np.flatnonzero(reports.placed & (reports.kind == EVENT))

    def words(values: tuple[str, ...], made: Callable[[str], str], code: Ints) -> pa.Array:
        known = pa.array([made(v) or None for v in values] or [None], pa.string())
        return known.take(pa.array(code[rows]))

    def party(joined: str) -> str:
        named = [n for n in joined.split(SEPARATOR) if n]
        return "|".join(sorted({"/".join(sorted(parties(n))) or spelled(n) for n in named}))

    acts = vocabulary().acts

    def family(act: str) -> str:
        while act in acts and acts[act].kind_of:
            act = acts[act].kind_of
        return act

    deaths = np.where(np.isnan(reports.low), np.nan, (reports.low + reports.high) / 2)
    cell = [np.floor(x[rows] / _CELL_DEG).astype(np.int64) for x in (reports.lon, reports.lat)]
    return pa.table(
        {
            "unique_id": rows,
            "day": np.floor((reports.start + reports.end)[rows] / 2 / DAY).astype(np.int64),
            "cell": cell[0] * 10_000 + cell[1],
            "start_h": reports.start[rows] / HOUR,
            "end_h": reports.end[rows] / HOUR,
            "lon": reports.lon[rows],
            "lat": reports.lat[rows],
            "radius": reports.radius[rows],
            "vague": reports.radius[rows] > _VAGUE_KM,
            "act": words(
                reports.act.values, lambda a: "" if a == "unknown" else a, reports.act.code
            ),
            "family": words(reports.act.values, family, reports.act.code),
            "actor": words(reports.who.values, party, reports.who.code),
            "target": words(reports.whom.values, party, reports.whom.code),
            "deaths": pa.array(deaths[rows], from_pandas=True),
            "place": words(reports.place.values, spelled, reports.place.code),
        }
    )


def _settings() -> Any:
    """What Splink compares, level by level. Places are compared relative to how well they are
    known; ``day`` and ``cell`` stand in a level so that training on pairs of one day and cell
    leaves time and place out.
    """
    import splink.comparison_level_library as cll  # noqa: PLC0415
    import splink.comparison_library as cl  # noqa: PLC0415 # an optional extra
    from splink import SettingsCreator  # noqa: PLC0415

    away = (
        "(12742.0176 * asin(least(1.0, sqrt(pow(sin(radians(lat_r - lat_l) / 2), 2)"
        " + cos(radians(lat_l)) * cos(radians(lat_r)) * pow(sin(radians(lon_r - lon_l) / 2), 2)))))"
    )
    sum_, widest = "(radius_l + radius_r)", "greatest(radius_l, radius_r)"
    gap = "(greatest(start_h_l, start_h_r) - least(end_h_l, end_h_r))"
    clock = "(end_h_l - start_h_l < 1 and end_h_r - start_h_r < 1)"
    long_ = "(greatest(end_h_l - start_h_l, end_h_r - start_h_r) > 50)"

    def levels(
        name: str, *conditions: tuple[str, str], empty: Any = None, unless: Any = None
    ) -> Any:
        made: list[Any] = []
        if empty is not None:
            made = [cll.NullLevel(empty) if isinstance(empty, str) else empty]
        made += [cll.CustomLevel(sql, label) for sql, label in conditions]
        made += [unless] if unless is not None else []
        return cl.CustomComparison(
            output_column_name=name, comparison_levels=[*made, cll.ElseLevel()]
        )

    near, touch = f"{away} <= 0.5 * {sum_}", f"{away} <= {sum_} and cell_l is not null"
    place = [
        (f"{widest} <= {km} and {sql}", f"{words}, known to {km} km")
        for km in (2, 6)
        for sql, words in ((near, "well inside"), (touch, "overlapping"))
    ]

    def vague(name: str, ends: str) -> Any:
        """Only of pairs of which one is known to these kilometres. How often such pairs touch by
        chance is learned; how often those of one happening do, is what their radii state: among
        the many reports that a vague one touches, that cannot be learned without labels.
        """
        touching = cll.CustomLevel(touch, "overlapping").configure(
            m_probability=_TOUCH, fix_m_probability=True
        )
        apart = cll.ElseLevel().configure(m_probability=1 - _TOUCH, fix_m_probability=True)
        other = cll.CustomLevel(f"not ({widest} {ends})", "known otherwise")
        return cl.CustomComparison(
            output_column_name=name,
            comparison_levels=[other.configure(is_null_level=True), touching, apart],
        )

    unsaid = cll.CustomLevel("vague_l or vague_r", "one is vague").configure(is_null_level=True)
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[],
        retain_intermediate_calculation_columns=True,
        comparisons=[
            levels("place", *place, (touch, "overlapping, known worse"), empty=unsaid),
            vague("vague", f"between {_VAGUE_KM} and {_WIDE_KM}"),
            vague("wide", f"> {_WIDE_KM}"),
            levels(
                "time",
                (f"{clock} and {gap} <= 1.5", "within 90 minutes"),
                (f"{gap} < 0 and not {long_} and day_l = day_r", "same day"),
                (f"{clock} and day_l = day_r", "same day, another hour"),
                (f"{gap} <= 24 and not {long_}", "next day"),
                (f"{gap} <= 24", "within a long span"),
            ),
            levels(
                "act",
                ("act_l = act_r", "same act"),
                ("family_l = family_r", "same kind of act"),
                empty="act",
            ),
            levels("actor", ("actor_l = actor_r", "same actor"), empty="actor"),
            levels("target", ("target_l = target_r", "same target"), empty="target"),
            levels(
                "deaths",
                ("deaths_l = deaths_r and deaths_l > 4", "same, above 4"),
                ("deaths_l = deaths_r and deaths_l > 0", "same, 1 to 4"),
                ("deaths_l = deaths_r", "both none"),
                ("abs(deaths_l - deaths_r) <= greatest(1, 0.3 * deaths_l)", "nearly the same"),
                empty="deaths",
            ),
            levels(
                "name",
                ("place_l = place_r", "same place name"),
                ("jaro_winkler_similarity(place_l, place_r) > 0.9", "nearly the same name"),
                empty="place",
                unless=unsaid,  # a vague report names the district, another its village
            ),
        ],
    )
