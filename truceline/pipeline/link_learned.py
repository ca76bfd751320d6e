"""Learned weights: Splink on DuckDB, with our blocking, our rule of place and time, and our
grouping.

Fellegi and Sunter's weights of what reports say, learned from the data without labels: u
(how often pairs of different happenings agree) by random sampling, m (how often pairs of
one happening do) by expectation maximisation. Place, time and crowd are Bayes' rule, as
with the default weights: a model with one u for all places cannot know that a place known
to 25 km says much in an empty country and nothing on a crowded day.
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
    taught,
)
from truceline.monitor.link.names import Parties, parties_of, spelled
from truceline.monitor.link.reports import DAY, EVENT, SEPARATOR, Floats, Ints, Reports, reports_of
from truceline.monitor.link.score import PARTS, Scorer

_SEED = 1
_SAMPLED = 2_000_000  # pairs for u
_CELL_DEG = 0.25  # about 25 km: cells for the pairs that m is learned on
_FEWEST = 50  # reports with a place; fewer teach nothing
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
    parts = scorer.beside_words(i, j) + _parts(reports, parties, i, j, chart)
    kept = parts.sum(axis=1) >= weights.keep
    first = sorted_pairs(
        [(i[kept], j[kept], parts[kept]), (lead_i[of_lead], lead_j[of_lead], lead_parts)]
    )
    lessons, scored = taught(reports, first, weights)
    known = settled_on(reports, decided)
    label = labels(reports, scored, known, weights)
    return linked(
        reports,
        crowd,
        first,
        lessons,
        scored,
        label,
        known,
        weights,
        decided,
        names,
        former,
        notes,
    )


def _parts(
    reports: Reports,
    parties: Callable[[str], frozenset[str]],
    i: Ints,
    j: Ints,
    chart: Path | None,
) -> Floats:
    """What the words of each pair weigh, in the order of ``PARTS``; 0 where Splink learns
    nothing.
    """
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
    training.estimate_parameters_using_expectation_maximisation(
        block_on("day", "cell"), max_pairs=_SAMPLED, record_sample_proportion=1.0
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
    for k, name in enumerate(PARTS):
        if f"mw_{name}" in made.column_names:
            bits = made[f"mw_{name}"].to_numpy(zero_copy_only=False).astype(np.float64)
            worth = np.nan_to_num(bits, nan=0.0, posinf=_MOST, neginf=_LEAST) * np.log(2)
            parts[asked, k] = np.clip(worth, _LEAST, _MOST)[given]
    return np.round(parts, 4)


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
            "vague": reports.vague[rows],
            "act": words(
                reports.act.values, lambda a: "" if a == "unknown" else a, reports.act.code
            ),
            "family": words(reports.act.values, family, reports.act.code),
            "actor": words(reports.who.values, party, reports.who.code),
            "target": words(reports.whom.values, party, reports.whom.code),
            "deaths": pa.array(deaths[rows], from_pandas=True),
            "name": words(reports.place.values, spelled, reports.place.code),
        }
    )


def _settings() -> Any:
    """What Splink compares, level by level: what reports say. Where and when is not compared."""
    import splink.comparison_level_library as cll  # noqa: PLC0415
    import splink.comparison_library as cl  # noqa: PLC0415 # an optional extra
    from splink import SettingsCreator  # noqa: PLC0415

    def levels(name: str, *conditions: tuple[str, str], unless: Any = None) -> Any:
        made: list[Any] = [cll.NullLevel(name)]
        made += [cll.CustomLevel(sql, label) for sql, label in conditions]
        made += [unless] if unless is not None else []
        return cl.CustomComparison(
            output_column_name=name, comparison_levels=[*made, cll.ElseLevel()]
        )

    unsaid = cll.CustomLevel("vague_l or vague_r", "one is vague").configure(is_null_level=True)
    holds = " or ".join(
        f"contains(' ' || name_{a} || ' ', ' ' || name_{b} || ' ')" for a, b in ("lr", "rl")
    )
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[],
        retain_intermediate_calculation_columns=True,
        comparisons=[
            levels(
                "act", ("act_l = act_r", "same act"), ("family_l = family_r", "same kind of act")
            ),
            levels("actor", ("actor_l = actor_r", "same actor")),
            levels("target", ("target_l = target_r", "same target")),
            levels(
                "deaths",
                ("deaths_l = deaths_r and deaths_l > 4", "same, above 4"),
                ("deaths_l = deaths_r and deaths_l > 0", "same, 1 to 4"),
                ("deaths_l = deaths_r", "both none"),
                ("abs(deaths_l - deaths_r) <= greatest(1, 0.3 * deaths_l)", "nearly the same"),
            ),
            levels(
                "name",
                ("name_l = name_r", "same place name"),
                ("jaro_winkler_similarity(name_l, name_r) > 0.9", "nearly the same name"),
                (holds, "one name holds the other"),
                unless=unsaid,  # a vague report names the district, another its village
            ),
        ],
    )
