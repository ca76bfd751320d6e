"""Reports that say the same to the last figure: what a person should know about them."""

import numpy as np
import numpy.typing as npt

from truceline.monitor.link.reports import EVENT, Ints, Reports

_ODD = np.uint64(0x9E3779B97F4A7C15)  # an odd number whose multiples spread well
_FEWEST = 3  # so many in common, and half of the smaller file, look like one source


def twin_notes(reports: Reports) -> tuple[str, ...]:
    """Identical reports of one source under several ids, and sources that look like one."""
    rows = np.flatnonzero((reports.kind == EVENT) & reports.placed)
    if len(rows) < 2:
        return ()
    content = _content(reports, rows)
    order = np.argsort(content, kind="stable")
    same = content[order[1:]] == content[order[:-1]]
    source = reports.source.code[rows]
    notes = []
    own = int((same & (source[order[1:]] == source[order[:-1]])).sum())
    if own:
        notes.append(
            f"{own:,} reports say word for word what another of their source says under another "
            "id: they stay apart; where one repeats the other, write 'duplicate of ID' in its text"
        )
    return (*notes, *_like_one(reports, content, source))


def _like_one(reports: Reports, content: npt.NDArray[np.uint64], source: Ints) -> tuple[str, ...]:
    """Pairs of sources that give the same reports: one source in two files, perhaps."""
    which = np.unique(content, return_inverse=True)[1]
    told = np.unique(which.reshape(-1) * len(reports.source.values) + source)
    report, teller = told // len(reports.source.values), told % len(reports.source.values)
    next_to = np.flatnonzero(report[1:] == report[:-1])
    sizes = np.bincount(source, minlength=len(reports.source.values))
    pairs, counts = np.unique(
        np.column_stack((teller[next_to], teller[next_to + 1])), axis=0, return_counts=True
    )
    found = []
    for (a, b), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        if count >= _FEWEST and count >= min(sizes[a], sizes[b]) / 2:
            one, two = reports.source.values[a], reports.source.values[b]
            found.append(
                f"{one} and {two} give {count:,} reports that are the same word for word: if they "
                "are one source sent twice, give both its name in the column 'source'"
            )
    return tuple(sorted(found))


def _content(reports: Reports, rows: Ints) -> npt.NDArray[np.uint64]:
    """A 64-bit number for what each report says; its id and its source do not count."""
    text = reports.table["text"].combine_chunks().dictionary_encode().indices
    words: Ints = text.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    found = np.zeros(len(rows), np.uint64)
    for column in (reports.lon, reports.lat, reports.start, reports.end, reports.low, reports.high):
        found = (found ^ np.ascontiguousarray(column[rows]).view(np.uint64)) * _ODD
        found ^= found >> np.uint64(29)
    for codes in (reports.act.code, reports.who.code, reports.whom.code, words):
        found = (found ^ codes[rows].view(np.uint64)) * _ODD
        found ^= found >> np.uint64(29)
    return found
