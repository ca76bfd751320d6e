"""The sides of `make bench-linking`, each one function: events in, incidents out.

Each takes an Arrow table in ``EVENT_SCHEMA`` and gives rows ``incident_id, event_id``. The
others than ours are what a careful user would write with pandas and scipy, or with Splink
after its own documentation. Summaries and leads, which name themselves, are left alone.
"""

import logging
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

RADIUS_KM = 5.0
METRES_PER_DEGREE = 111_320.0
SPLINK_SHARE = 0.5  # pairs more likely one than not


def truceline(events: pa.Table, timezone: str, agreement: str) -> pa.Table:
    """Our linker, as it comes, without the agreement's names for actors."""
    from truceline.monitor.link.link import link

    return link(events).membership


def named(events: pa.Table, timezone: str, agreement: str) -> pa.Table:
    """Our linker with the agreement's list of actors, as in a case folder."""
    from truceline.monitor.check.who import Names
    from truceline.monitor.link.link import link
    from truceline.pipeline.terms import load

    return link(events, names=Names(load(agreement).agreement).parties_of).membership


def learned(events: pa.Table, timezone: str, agreement: str) -> pa.Table:
    """Our linker with weights that Splink learns from the events: `--engine splink`."""
    from truceline.pipeline.link import link_tables

    return link_tables([events], engine="splink").membership


def plain(events: pa.Table, timezone: str, agreement: str = "") -> pa.Table:
    """Same local day, within 5 km, another source; what hangs together is one incident."""
    rows, one, other = _near(events, timezone)
    _, group = connected_components(_graph(len(rows), one, other), directed=False)
    return _incidents(events, rows, group)


def nearest(events: pa.Table, timezone: str, agreement: str = "") -> pa.Table:
    """The same pairs, the nearest first, and no source twice in one incident."""
    rows, one, other = _near(events, timezone)
    x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    source = pd.factorize(rows["source"])[0]
    away = np.hypot(x[one] - x[other], y[one] - y[other])
    order = np.lexsort((other, one, away))
    group = list(range(len(rows)))
    members = {k: [k] for k in group}
    sources = [1 << int(s) for s in source]  # which sources an incident has, as bits
    for a, b in zip(one[order].tolist(), other[order].tolist(), strict=True):
        p, q = group[a], group[b]
        if p != q and not sources[p] & sources[q]:
            sources[p] |= sources[q]
            for k in members[q]:
                group[k] = p
            members[p] += members.pop(q)
    return _incidents(events, rows, np.array(group))


def splink(events: pa.Table, timezone: str, agreement: str = "") -> pa.Table:
    """Splink on DuckDB: weights learned by EM, one report of a source in an incident."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = _frame(events, timezone)
    rows = rows[rows["lat"].notna()]
    columns = [
        "unique_id",
        "source",
        "day",
        "lat",
        "lon",
        "act",
        "actor",
        "target",
        "place",
        "deaths",
    ]
    rows = rows.assign(
        cell=np.floor(rows["lat"] / 0.5).astype(int).astype(str)
        + "/"
        + np.floor(rows["lon"] / 0.5).astype(int).astype(str),
        half=np.floor(rows["lat"] / 0.5 + 0.5).astype(int).astype(str)
        + "/"
        + np.floor(rows["lon"] / 0.5 + 0.5).astype(int).astype(str),
    )[[*columns, "cell", "half"]]
    api = DuckDBAPI()
    names = list(rows["source"].unique())
    tables = [
        api.register(rows[rows["source"] == s].drop(columns="source"), dataset_display_name=s)
        for s in names
    ]
    km = cl.DistanceInKMAtThresholds("lat", "lon", [1, 2.5, 5, 15, 30])
    deaths = cl.CustomComparison(
        output_column_name="deaths",
        comparison_levels=[
            cll.NullLevel("deaths"),
            cll.ExactMatchLevel("deaths"),
            cll.AbsoluteDifferenceLevel("deaths", 1),
            cll.PercentageDifferenceLevel("deaths", 0.5),
            cll.ElseLevel(),
        ],
    )
    days = cl.CustomComparison(
        output_column_name="day",
        comparison_levels=[
            cll.ExactMatchLevel("day"),
            cll.CustomLevel("abs(day_l - day_r) <= 1", "one day apart"),
            cll.ElseLevel(),
        ],
    )
    blocks = [
        block_on("day", "cell"),
        block_on("day", "half"),
        "l.day = r.day + 1 and l.cell = r.cell",
        "l.day = r.day - 1 and l.cell = r.cell",
    ]
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=blocks,
        comparisons=[
            km,
            days,
            cl.ExactMatch("act").configure(term_frequency_adjustments=True),
            cl.ExactMatch("actor").configure(term_frequency_adjustments=True),
            cl.ExactMatch("target").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("place", [0.9]),
            deaths,
        ],
    )
    linker = Linker(tables, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(
        ["l.day = r.day and l.actor = r.actor and l.act = r.act and l.place = r.place"], recall=0.3
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("day", "actor", "act"), block_on("place", "day")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=SPLINK_SHARE)
    groups = linker.clustering.cluster_using_single_best_links(
        pairs, duplicate_free_datasets=names, threshold_match_probability=SPLINK_SHARE
    ).as_pandas_dataframe()
    of = pd.Series(groups["cluster_id"].to_numpy(), index=groups["unique_id"].to_numpy())
    return _incidents(events, rows, pd.factorize(of.reindex(rows["unique_id"]).to_numpy())[0])


def _frame(events: pa.Table, timezone: str) -> pd.DataFrame:
    """One row a report that says it is one, with the local day of its start as a number."""
    events = events.filter(pc.equal(events["kind"], "event"))
    local = pc.local_timestamp(events["start"].cast(pa.timestamp("us", tz=timezone)))
    names = {
        name: pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
        for name in ("actor", "target")
        for joined in [pc.binary_join(events[name], "|")]
    }
    return pd.DataFrame(
        {
            "unique_id": events["event_id"].to_pandas(),
            "source": events["source"].to_pandas(),
            "day": local.cast(pa.date32(), safe=False).cast(pa.int32()).to_numpy(),
            "one_day": (pc.days_between(events["start"], events["end"]).to_numpy() <= 1),
            "lat": events["lat"].to_numpy(),
            "lon": events["lon"].to_numpy(),
            "act": events["act"].to_pandas(),
            "actor": names["actor"].to_pandas(),
            "target": names["target"].to_pandas(),
            "place": pc.if_else(
                pc.equal(events["place"], ""), pa.scalar(None, pa.string()), events["place"]
            ).to_pandas(),
            "deaths": events["deaths_best"].to_pandas(),
        }
    )


def _near(events: pa.Table, timezone: str) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Reports of one day, and the pairs of other sources within 5 km."""
    rows = _frame(events, timezone)
    rows = rows[rows["one_day"] & rows["lat"].notna()].reset_index(drop=True)
    rows["x"] = rows["lon"] * METRES_PER_DEGREE * np.cos(np.radians(rows["lat"].mean()))
    rows["y"] = rows["lat"] * METRES_PER_DEGREE
    # The day as a third axis: two days are farther apart than any two places asked for.
    points = np.column_stack([rows["x"], rows["y"], rows["day"] * 10_000 * RADIUS_KM])
    pairs = cKDTree(points).query_pairs(RADIUS_KM * 1000, output_type="ndarray")
    source = pd.factorize(rows["source"])[0]
    pairs = pairs[source[pairs[:, 0]] != source[pairs[:, 1]]]
    return rows, pairs[:, 0], pairs[:, 1]


def _graph(n: int, one: np.ndarray, other: np.ndarray) -> coo_matrix:
    return coo_matrix((np.ones(len(one), np.int8), (one, other)), shape=(n, n))


def _incidents(events: pa.Table, rows: pd.DataFrame, group: np.ndarray) -> pa.Table:
    """What was put together, and every other event by itself."""
    put = pa.table(
        {
            "incident_id": pa.array(group).cast(pa.string()),
            "event_id": pa.array(rows["unique_id"].to_numpy(), pa.string()),
        }
    )
    rest = events["event_id"].filter(
        pc.invert(pc.is_in(events["event_id"], value_set=put["event_id"].combine_chunks()))
    )
    alone = pa.table(
        {"incident_id": pc.binary_join_element_wise("alone", rest, " "), "event_id": rest}
    )
    return pa.concat_tables([put, alone.cast(put.schema)])


SIDES: dict[str, Callable[[pa.Table, str, str], pa.Table]] = {
    "truceline": truceline,
    "named": named,
    "learned": learned,
    "splink": splink,
    "plain": plain,
    "nearest": nearest,
}


def missing(side: str) -> str:
    """Why a side cannot run here, '' if it can."""
    if side in ("splink", "learned") and find_spec("splink") is None:
        return "Splink is not installed: pip install 'splink>=5'"
    if (
        side in ("truceline", "named", "learned")
        and find_spec("truceline.monitor.link.link") is None
    ):
        return "this Truceline has no linker"
    return ""
