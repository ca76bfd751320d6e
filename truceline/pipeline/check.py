"""The straight line: files to events to findings, with every row accounted for."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from truceline.model.batch import Batch, Context
from truceline.model.event import EVENT_SCHEMA
from truceline.model.finding import Findings
from truceline.model.problem import Problem
from truceline.monitor.check import Checked
from truceline.pipeline.terms import Terms
from truceline.sources import SOURCES

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
    path: Path, source: str, context: Context, progress: Progress | None = None
) -> Iterator[Batch]:
    """Parse one file, a batch at a time.

    Raises:
        UnknownSourceError: no such source.
        OSError: the file cannot be opened.
    """
    if source not in SOURCES:
        raise UnknownSourceError(f"no source '{source}'; there are: {', '.join(sorted(SOURCES))}")
    sha256 = hash_file(path)
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
        self._seen: set[str] = set()

    def read(self, files: Iterable[tuple[str, Path]]) -> Iterator[pa.Table]:
        """Events of (source, file) pairs, in ``EVENT_SCHEMA``, batch by batch.

        A single file streams. With several, an id that a later file repeats or revises is
        looked for among all, so they are read first.
        """
        pairs = list(files)
        if len(pairs) == 1:
            yield from self._stream(*pairs[0])
            return
        yield from self._several(pairs)

    def _stream(self, source: str, path: Path) -> Iterator[pa.Table]:
        rows = events = repeats = problems = 0
        for batch in parse_file(path, source, self.context, self.progress):
            rows += batch.rows
            events += batch.events.num_rows
            repeats += batch.repeats
            problems += batch.row_problems
            self.problems += batch.problems
            if batch.events.num_rows:
                yield batch.events
        self.counts.append(Count(str(path), hash_file(path), rows, events, repeats, 0, problems))

    def _several(self, pairs: list[tuple[str, Path]]) -> Iterator[pa.Table]:
        latest: dict[str, tuple[int, str]] = {}  # id -> (file that last said it, its content)
        kept: list[pa.Table] = []
        for number, (source, path) in enumerate(pairs):
            tables = list(self._stream(source, path))
            count = self.counts.pop()
            table = pa.concat_tables(tables) if tables else EVENT_SCHEMA.empty_table()
            contents = content_keys(table)
            take, repeats, revisions = [], 0, 0
            for row, (event_id, content) in enumerate(
                zip(table["event_id"].to_pylist(), contents, strict=True)
            ):
                known = latest.get(event_id)
                if known is not None and known[1] == content:
                    repeats += 1
                    continue
                if known is not None:
                    revisions += 1
                latest[event_id] = (number, content)
                take.append(row)
            kept.append(table.take(pa.array(take, pa.int64())))
            self.counts.append(
                Count(
                    count.file,
                    count.sha256,
                    count.rows,
                    len(take) - revisions,
                    count.repeats + repeats,
                    revisions,
                    count.problems,
                )
            )
        for number, table in enumerate(kept):
            current = [latest[i][0] == number for i in table["event_id"].to_pylist()]
            yield table.filter(pa.array(current, pa.bool_()))


_OWN = ("file_sha256", "file", "line")


def content_keys(events: pa.Table) -> list[str]:
    """What each event says, apart from where it was read, as one hash each."""
    columns = [n for n in EVENT_SCHEMA.names if n not in _OWN]
    return [
        hashlib.sha256(repr(tuple(row.values())).encode()).hexdigest()
        for row in events.select(columns).to_pylist()
    ]


def check(terms: Terms, events: Iterable[pa.Table], threads: int | None = None) -> Findings:
    """Judge batches of events, each event its own incident unless they carry incidents.

    Findings are in the order of the batches; the digest does not depend on it.
    """
    workers = threads or os.cpu_count() or 1
    checker = terms.checker
    done: list[Checked] = []
    with ThreadPoolExecutor(workers) as pool:
        waiting: list[Future[Checked]] = []
        for batch in events:
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
