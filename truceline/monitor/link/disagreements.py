"""Where the members of an incident differ, and how many of its sources stand by themselves."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from rapidfuzz.fuzz import token_set_ratio

from truceline.model.act import vocabulary
from truceline.model.incident import DISPUTED, acts_agree
from truceline.monitor.link.members import Members, regions_apart
from truceline.monitor.link.names import spelled
from truceline.monitor.link.reports import DAY, SEPARATOR, Ints, Reports
from truceline.monitor.link.score import names
from truceline.monitor.link.words import figures

Parties = Callable[[str], frozenset[str]]
_SAME_SPELLING = 88.0
Names = Sequence[list[str] | None]


def attribution_of(
    actors: Names, targets: Names, attributions: Sequence[str], parties: Parties
) -> tuple[list[str], list[str], str]:
    """Actor, target and attribution of an incident, from those of its members.

    Where some members say who acted, the others (who name two sides, or nobody) do not take
    it away. Where those who say it name different doers, it is ``disputed``: any one of them.
    """
    members = list(zip(actors, targets, attributions, strict=True))
    doers = [(a, t) for a, t, how in members if how in ("actor", DISPUTED) and a]
    if doers:
        named = [list(a or ()) for a, _ in doers]
        disputed = DISPUTED in attributions or not _same_doers(named, parties)
        target = _union([t for _, t in doers]) or _union(
            [t for _, t, how in members if how == "unknown"]
        )
        if disputed:
            return _union(named), target, DISPUTED
        # Other spellings of the same doers would read as more doers: the fullest list stays,
        # and of a name that lumps several parties and one of them, the one.
        return max(named, key=lambda n: (len(n), -_parties(n, parties))), target, "actor"
    dyads = [(a, t) for a, t, how in members if how == "dyad"]
    if dyads:
        return _union([a for a, _ in dyads]), _union([t for _, t in dyads]), "dyad"
    return _union(list(actors)), _union(list(targets)), "unknown"


def _parties(named: list[str], parties: Parties) -> int:
    """How many parties these names may stand for; a name that is nobody's counts as one."""
    return sum(max(len(parties(n)), 1) for n in named)


def _same_doers(named: list[list[str]], parties: Parties) -> bool:
    """Whether all these lists of doers name the same ones, one list perhaps fewer of them."""
    first = max(named, key=len)
    return all(
        all(any(same_name(n, other, parties) for other in first) for n in names_)
        for names_ in named
    )


def same_name(a: str, b: str, parties: Parties) -> bool:
    """Whether two names can mean one doer: a party in common in the agreement's list (a name may
    lump several), or another spelling.
    """
    ours, theirs = parties(a), parties(b)
    if ours and theirs:
        return bool(ours & theirs)
    return a == b or token_set_ratio(spelled(a), spelled(b)) >= _SAME_SPELLING


def _union(lists: Names) -> list[str]:
    return list(dict.fromkeys(name for some in lists for name in some or ()))


def deeds(reports: Reports) -> Ints:
    """A code for each different act, doers, targets and attribution."""
    how = reports.table["attribution"].combine_chunks().dictionary_encode()
    told = reports.table["act_text"].combine_chunks().dictionary_encode()
    code = reports.act.code
    for more in (reports.who.code, reports.whom.code, _codes(how), _codes(told)):
        mixed = code * (int(more.max(initial=0)) + 1) + more
        code = np.unique(mixed, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return code


def _codes(encoded: pa.DictionaryArray) -> Ints:
    found: Ints = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
    return found


def disagreements(reports: Reports, m: Members, parties: Parties) -> pa.Array:
    """For each incident what its members do not agree on, in plain words."""
    found: list[list[str]] = [[] for _ in range(len(m.size))]
    several = m.size > 1
    apart = regions_apart(reports, m)
    later, earlier = m.most(reports.start), m.least(reports.end)
    instant = (later == earlier) & (m.most(reports.span) == 0)
    dated = (later >= earlier) & ~instant & several
    low, high = m.most(reports.low), m.least(reports.high)
    with np.errstate(invalid="ignore"):
        killed = (low > high) & several
    acts, who = m.differ(reports.act.code), m.differ(reports.who.code)
    agree: dict[tuple[int, ...], bool] = {}
    for k in np.flatnonzero(acts | who | killed | dated | apart).tolist():
        rows = m.order[m.start[k] : m.start[k] + m.size[k]].tolist()
        said = found[k]
        if acts[k]:
            names_ = [reports.act.values[reports.act.code[r]] for r in rows]
            if not acts_agree(names_):
                said.append(_told("act", reports, rows, [_label(a) for a in names_]))
        if who[k]:
            claims = tuple(dict.fromkeys(_claim(reports, r) for r in rows))
            if claims not in agree:
                claimed = [_listed(reports.who.values[c]) for c in claims if c >= 0]
                agree[claims] = len(claimed) < 2 or _same_doers(claimed, parties)
            if not agree[claims]:
                words = [_doers(reports, r) for r in rows]
                said.append(_told("who acted", reports, rows, words))
        if killed[k]:
            words = [
                "" if np.isnan(reports.low[r]) else figures(reports.low[r], reports.high[r])
                for r in rows
            ]
            said.append(_told("killed", reports, rows, words))
        if dated[k]:
            words = [_day(reports.start[r], reports.end[r]) for r in rows]
            if len(set(words)) > 1:
                said.append(_told("when", reports, rows, words))
        if apart[k]:
            said.append("where: the most precise places that are given do not overlap")
    return pa.array(found, pa.list_(pa.string()))


def _claim(reports: Reports, row: int) -> int:
    """The code of the doers that a report names, -1 where it names none."""
    code = int(reports.who.code[row])
    return -1 if reports.open[row] or not reports.who.values[code] else code


def _doers(reports: Reports, row: int) -> str:
    code = _claim(reports, row)
    return ", ".join(_listed(reports.who.values[code])) if code >= 0 else ""


def _told(what: str, reports: Reports, rows: list[int], words: list[str]) -> str:
    """``act: A says shelling; B says air strike``."""
    by: dict[str, list[str]] = {}
    for row, word in zip(rows, words, strict=True):
        source = reports.source.values[reports.source.code[row]]
        if word and source not in by.setdefault(word, []):
            by[word].append(source)
    return f"{what}: " + "; ".join(
        f"{', '.join(sources)} {'say' if len(sources) > 1 else 'says'} {word}"
        for word, sources in by.items()
    )


def _label(act: str) -> str:
    known = vocabulary().acts.get(act)
    return known.label if known else act


def _listed(joined: str) -> list[str]:
    return [n for n in joined.split(SEPARATOR) if n]


def _day(start: float, end: float) -> str:
    first = np.datetime64(int(start), "s")
    if end - start < DAY / 2:
        return f"{str(first)[:16].replace('T', ' ')} UTC"
    # A local day may begin on the evening before, by UTC: its middle names it.
    middle = np.datetime64(int(start + min(end - start, DAY) / 2), "s")
    last = np.datetime64(int(end - min(end - start, DAY) / 2), "s")
    return (
        str(middle)[:10]
        if str(middle)[:10] == str(last)[:10]
        else f"{str(middle)[:10]} to {str(last)[:10]}"
    )


def independent(reports: Reports, m: Members) -> Ints:
    """How many sources of each incident neither cite one another nor the same third one, nor
    say word for word the same.
    """
    found = m.distinct(reports.source.code)
    cites = [frozenset(spelled(n) for n in _listed(v)) for v in reports.cites.values]
    sources = [spelled(s) for s in reports.source.values]
    citing = np.array([bool(c) for c in cites] or [False])[reports.cites.code]
    content = _content(reports)
    alike = m.size > m.distinct(content)
    some = (m.most(citing.astype(np.float64)) > 0) | alike
    for k in np.flatnonzero(some & (found > 1)).tolist():
        rows = m.order[m.start[k] : m.start[k] + m.size[k]].tolist()
        of = [int(reports.source.code[r]) for r in rows]
        whom = [cites[reports.cites.code[r]] for r in rows]
        # A source's own reports are one voice; its citing ones speak for whom they cite.
        copies = [
            any(names(c, sources[s]) for s in set(of) if s != own)
            for c, own in zip(whom, of, strict=True)
        ]
        voice = [
            -1 - at if copy else own for at, (copy, own) in enumerate(zip(copies, of, strict=True))
        ]
        group = {v: v for v in voice}
        for a in range(len(rows)):
            for b in range(a + 1, len(rows)):
                if (
                    whom[a] & whom[b]
                    or (names(whom[a], sources[of[b]]) and not _own_beside(of, copies, b))
                    or (names(whom[b], sources[of[a]]) and not _own_beside(of, copies, a))
                    or content[rows[a]] == content[rows[b]]
                ):
                    x, y = sorted((_top(group, voice[a]), _top(group, voice[b])))
                    group[y] = x
        found[k] = len({_top(group, x) for x in group})
    return found


def _own_beside(of: list[int], copies: list[bool], at: int) -> bool:
    """Whether this is a citing report of a source that has one of its own here as well."""
    return copies[at] and any(s == of[at] and not copy for s, copy in zip(of, copies, strict=True))


def _top(group: dict[int, int], x: int) -> int:
    while group[x] != x:
        x = group[x]
    return x


def _content(reports: Reports) -> Ints:
    """A code for all that a report says: two that share it were sent twice, or copied."""
    text = reports.table["text"].combine_chunks().dictionary_encode()
    place = np.column_stack((reports.lon, reports.lat, reports.start, reports.end))
    code = np.unique(place, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    for more in (_codes(text), deeds(reports)):
        mixed = code * (int(more.max(initial=0)) + 1) + more
        code = np.unique(mixed, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return code
