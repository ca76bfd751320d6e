"""The straight line: files to events to findings, with every row accounted for."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truceline.model.batch import Batch, Context
from truceline.model.event import EVENT_SCHEMA
from truceline.model.finding import Findings
from truceline.model.problem import Problem
from truceline.sources import SOURCES
from truceline.sources.tables.seen import Hasher

if TYPE_CHECKING:
    from truceline.monitor.check.check import Checked
    from truceline.pipeline.terms import Terms

Progress = Callable[[str, int, int], None]  # file, bytes read, bytes in all


@dataclass(frozen=True, slots=True)
class Count:
    """What became of one file's rows: ``rows == events + repeats + revisions + problems``."""

    file: str
    sha256: str
    rows: int
    events: int
    repeats: int
    revisions: int
    problems: int

    @property
    def holds(self) -> bool:
        """Whether nothing was lost."""
        return self.rows == self.events + self.repeats + self.revisions + self.problems

    def __str__(self) -> str:
        """The sum as it is always printed."""
        return (
            f"{self.file}: {self.rows:,} rows = {self.events:,} events + {self.repeats:,} repeats"
            f" + {self.revisions:,} revisions + {self.problems:,} problems"
        )


class UnknownSourceError(LookupError):
    """No source of this name; the message lists those there are."""


def parse_file(
    path: Path, source: str, sha256: str, context: Context, progress: Progress | None = None
) -> Iterator[Batch]:
    """Parse one file, a batch at a time. Raises OSError where it cannot be opened."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for batch in SOURCES[source].parse(file, name=path.name, sha256=sha256, context=context):
            if progress is not None:
                progress(path.name, min(file.tell(), size), size)
            yield batch


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamped(events: pa.Table, sha256: str) -> pa.Table:
    """The same events, each with the hash of the file that it was read from."""
    at = EVENT_SCHEMA.get_field_index("file_sha256")
    field = EVENT_SCHEMA.field(at)
    hashes = pa.repeat(pa.scalar(sha256, field.type), events.num_rows)
    return events.set_column(at, field, hashes)


class Intake:
    """Several files as one run: repeats and revisions across files are told apart.

    The first file to report an id keeps it; a later file's identical row is a repeat, and
    one with other content is a revision that supersedes it.
    """

    def __init__(self, context: Context, progress: Progress | None = None) -> None:
        self.context = context
        self.progress = progress
        self.counts: list[Count] = []
        self.problems: list[Problem] = []
        self.far = 0

    def read(self, files: Iterable[tuple[str, Path]]) -> Iterator[pa.Table]:
        """Events of (source, file) pairs, in ``EVENT_SCHEMA``, batch by batch.

        A single file streams, and what the context's ``reach`` leaves out is counted as
        events and in ``far``. With several, an id that a later file repeats or revises is
        looked for among all, so they are read first, and wholly.

        Raises:
            UnknownSourceError: no such source.
            OSError: a file cannot be opened.
        """
        pairs = list(files)
        for source, _ in pairs:
            if source not in SOURCES:
                raise UnknownSourceError(
                    f"no source '{source}'; there are: {', '.join(sorted(SOURCES))}"
                )
        if len(pairs) == 1:
            yield from self._stream(*pairs[0], self.context)
            return
        yield from self._several(pairs)

    def _stream(self, source: str, path: Path, context: Context) -> Iterator[pa.Table]:
        rows = events = repeats = problems = 0
        with ThreadPoolExecutor(1) as hashes:  # the bytes are hashed while they are read
            sha256 = hashes.submit(hash_file, path)
            for batch in parse_file(path, source, "", context, self.progress):
                rows += batch.rows
                events += batch.events.num_rows + batch.far
                repeats += batch.repeats
                problems += batch.row_problems
                self.far += batch.far
                self.problems += batch.problems
                if batch.events.num_rows:
                    yield _stamped(batch.events, sha256.result())
            self.counts.append(
                Count(str(path), sha256.result(), rows, events, repeats, 0, problems)
            )

    def _several(self, pairs: list[tuple[str, Path]]) -> Iterator[pa.Table]:
        whole = replace(self.context, reach=None)

        def read(pair: tuple[str, Path]) -> tuple[pa.Table, Count, list[Problem]]:
            own = Intake(whole, self.progress)
            parts = list(own._stream(*pair, whole))
            table = pa.concat_tables(parts) if parts else EVENT_SCHEMA.empty_table()
            return table, own.counts[0], own.problems

        tables, counts = [], []
        with ThreadPoolExecutor(min(os.cpu_count() or 1, len(pairs)) or 1) as pool:
            for table, count, problems in pool.map(read, pairs):
                tables.append(table)
                counts.append(count)
                self.problems += problems
        repeat, revision, current = compare(pa.concat_tables(tables)) if tables else _NOTHING
        first = 0
        for count, table in zip(counts, tables, strict=True):
            own = slice(first, first + table.num_rows)
            repeats, revisions = int(repeat[own].sum()), int(revision[own].sum())
            self.counts.append(
                replace(
                    count,
                    events=count.events - repeats - revisions,
                    repeats=count.repeats + repeats,
                    revisions=revisions,
                )
            )
            first = own.stop
        first = 0
        for table in tables:
            yield table.filter(pa.array(current[first : first + table.num_rows]))
            first += table.num_rows


Mask = npt.NDArray[np.bool_]
_NOTHING: tuple[Mask, Mask, Mask] = (np.zeros(0, np.bool_),) * 3
_OWN = ("file_sha256", "file", "line")


def compare(events: pa.Table) -> tuple[Mask, Mask, Mask]:
    """Which events repeat what the one before of their id says, which say something else
    (a revision of it), and which are the current version of their id.

    ``events`` are in the order in which they were received. What an event says is all but
    where it was read, compared as 64-bit hashes.
    """
    encoded = events["event_id"].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    known = codes[order[1:]] == codes[order[:-1]]
    said = np.zeros(len(codes), np.uint64)
    if known.any():
        again = np.flatnonzero(np.bincount(codes)[codes] > 1)
        columns = [n for n in EVENT_SCHEMA.names if n not in _OWN]
        said[again] = Hasher().said(events.select(columns).take(pa.array(again)))
    same = known & (said[order[1:]] == said[order[:-1]])
    repeat, revision = np.zeros(len(codes), np.bool_), np.zeros(len(codes), np.bool_)
    repeat[order[1:]] = same
    revision[order[1:]] = known & ~same
    # The current version is the last of an id that is no repeat.
    new = order[~repeat[order]]
    last = np.ones(len(new), np.bool_)
    last[:-1] = codes[new[1:]] != codes[new[:-1]]
    current = np.zeros(len(codes), np.bool_)
    current[new[last]] = True
    return repeat, revision, current


def check_files(
    terms: "Terms",
    files: Iterable[tuple[str, Path]],
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Findings, Intake]:
    """Judge (source, file) pairs without keeping their events.

    Of a single file, what lies far from every zone and window is validated and counted and
    never built as events: the findings, every count and the digest are as with ``check``.
    Raises as ``Intake.read``.
    """
    reach = terms.checker.reach
    context = Context(
        timezone=terms.agreement.timezone,
        units=terms.units,
        reach=None if reach.everywhere else reach.covers,
    )
    intake = Intake(context, progress)
    found = check(terms, intake.read(files), threads)
    far = intake.far
    return replace(found, checked=found.checked + far, untouched=found.untouched + far), intake


def gathered(tables: Iterable[pa.Table], rows: int = 16_384) -> Iterator[pa.Table]:
    """The same rows in the same order, small tables put together to about ``rows`` rows."""
    some: list[pa.Table] = []
    for table in tables:
        some.append(table)
        if sum(t.num_rows for t in some) >= rows:
            yield pa.concat_tables(some)
            some = []
    if some:
        yield pa.concat_tables(some)


def check(terms: "Terms", events: Iterable[pa.Table], threads: int | None = None) -> Findings:
    """Judge batches of events, each event its own incident unless they carry incidents.

    Findings are in the order of the batches; the digest does not depend on it.
    """
    workers = threads or os.cpu_count() or 1
    checker = terms.checker
    done: list[Checked] = []
    with ThreadPoolExecutor(workers) as pool:
        waiting: list[Future[Checked]] = []
        for batch in gathered(events):
            waiting.append(pool.submit(checker.batch, batch))
            if len(waiting) > 2 * workers:  # bounded memory: the reader waits for the judges
                done.append(waiting.pop(0).result())
        done += [future.result() for future in waiting]
    if not done:
        done = [checker.batch(EVENT_SCHEMA.empty_table())]
    return Findings(
        rows=pa.concat_tables([d.rows for d in done]),
        sentences=checker.sentences.array(),
        pointers=pa.chunked_array([d.pointers for d in done]),
        timezone=terms.agreement.timezone,
        checked=int(np.sum([d.checked for d in done])),
        untouched=int(np.sum([d.untouched for d in done])),
        summaries=int(np.sum([d.summaries for d in done])),
        leads=int(np.sum([d.leads for d in done])),
        basis=terms.basis,
    )
