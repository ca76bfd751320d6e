"""A case from its agreement, files into the case, and the case back out.

    case = new_case(Path("idlib"), "idlib-2020", boundaries.load())
    for count in ingest(case, "ucdp", [Path("ged.csv")]):
        print(count)
    findings = check(case_terms(case), case_events(case))
    print(verify(case))

Every error is a ``truceline.store.errors.CaseError`` with one line for a person, besides
those of the agreement (``AgreementFaultsError``, ``UnknownAgreementError``), of an unknown
source (``UnknownSourceError``) and of a file that cannot be read (``OSError``).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import shapely

from truceline.model.batch import Batch, Context
from truceline.model.unit import Unit, Units
from truceline.pipeline.check import Count, Progress, UnknownSourceError
from truceline.pipeline.terms import AgreementFaultsError, Terms, read
from truceline.sources import SOURCES
from truceline.sources.agreement import parse
from truceline.sources.source import Source
from truceline.store import audit, library
from truceline.store.batches import contents, parsed_digest
from truceline.store.case import Case, create, open_case
from truceline.store.errors import CaseError, SourceBrokeError
from truceline.store.record import BatchRow, FileRow
from truceline.store.verify import Failure, Verified, verify, verify_folder
from truceline.store.writer import Writer, writing
from truceline.version import __version__

NEAR_DEG = 1.0  # a country this near to the agreement's ground is copied into the case


@dataclass(frozen=True, slots=True)
class Ingested(Count):
    """What became of one file in a case.

    ``already``: the case had the file, so nothing was added and its events and revisions
    are repeats now. ``resumed``: an earlier ingest of it was interrupted, and that many of
    its rows were in the case before. ``began_again``: they read otherwise now, and the file
    was read from its beginning.
    """

    already: bool = False
    resumed: int = 0
    began_again: bool = False

    def __str__(self) -> str:
        """The sum as it is always printed, and what is special about it."""
        line = Count.__str__(self)
        if self.already:
            return f"{line} (already in the case: nothing added)"
        if self.began_again:
            return f"{line} (read again from its beginning: it reads otherwise now)"
        return f"{line} (resumed after {self.resumed:,} rows)" if self.resumed else line


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One batch is on the disk: ``rows`` are in the case now, ``total`` of this file so far."""

    file: str
    sha256: str
    batch: int
    rows: int
    total: int

    def __str__(self) -> str:
        """One line."""
        return f"{self.file}: batch {self.batch} committed, {self.total:,} rows"


def new_case(path: Path, agreement: str, units: Units | None = None, who: str = "") -> Case:
    """A new case folder for an agreement (a library name, a file or a folder).

    Of ``units`` it takes all units of every country near the agreement's ground. ``who`` is
    for the audit log (this user on this machine, where it is empty).

    Raises:
        UnknownAgreementError, AgreementFaultsError, OSError: as ``terms.load``.
        CaseError: the folder is not free, or the disk refuses.
    """
    folder = library.find(agreement)
    terms = read(folder, units)
    beside = {}
    for _, name, _ in library.named_files(terms.agreement):
        beside[name] = (folder.path.parent / name).read_bytes()
    if folder.cases.is_file():
        beside["cases.yaml"] = folder.cases.read_bytes()
    own = _near(terms, units or Units(()))
    return create(path, folder.text, beside, own, who or audit.whoami())


def _near(terms: Terms, units: Units) -> Units:
    shapes = [d.shape for dated in terms.zones.values() for d in dated]
    if any(shape.op == "everywhere" for shape in shapes):
        return units
    ground = [shape.polygon for shape in shapes if shape.polygon is not None]
    ground += [shapely.Point(place.at) for place in terms.agreement.places.values()]
    boxes = [shapely.box(*shape.bounds) for shape in ground if not shape.is_empty]
    if not boxes:
        return units
    around = shapely.buffer(shapely.union_all(boxes), NEAR_DEG)
    near = {_country(unit) for unit in units if shapely.intersects(around, unit.polygon)}
    return Units(tuple(unit for unit in units if _country(unit) in near))


def _country(unit: Unit) -> str:
    """The code of the widest unit that this one names around itself, or its own."""
    return unit.parents[0] if unit.parents else unit.code


def case_terms(case: Case) -> Terms:
    """The case's own agreement with its own boundaries.

    Raises AgreementFaultsError where somebody's edit of agreement.yaml left faults.
    """
    return read(library.find(str(case.agreement)), case.units())


def case_events(case: Case) -> Iterator[pa.Table]:
    """The current version of every event, batch by batch, in ``EVENT_SCHEMA``."""
    return case.events()


def case_counts(case: Case) -> list[Ingested]:
    """What became of every file's rows, in the order of arrival."""
    return [_count(Path(row.name), row, batches) for row, batches in case.files()]


def case_problems(case: Case) -> Iterator[pa.Table]:
    """The problems of every file, batch by batch, in ``PROBLEM_SCHEMA``."""
    return case.problems()


def ingest(
    case: Case,
    source: str,
    paths: Sequence[Path],
    *,
    progress: Progress | None = None,
    acknowledged: Callable[[Acknowledged], None] | None = None,
    counted: Callable[[Ingested], None] | None = None,
    options: Mapping[str, str] | None = None,
    who: str = "",
    wait_s: float = 60.0,
    sources: Mapping[str, Source] = SOURCES,
) -> list[Ingested]:
    """Take files into a case, in this order. Later files are newer where they differ.

    Args:
        case: from ``new_case`` or ``open_case``.
        source: a name in ``sources``.
        paths: the files. All are opened before the first is read.
        progress: called with (file, bytes read, bytes in all).
        acknowledged: called when a batch is on the disk for good.
        counted: called when a file is done, so that its sum is seen though a later one fails.
        options: the source's own settings.
        who: for the audit log (this user on this machine, where it is empty).
        wait_s: how long to wait, in seconds, for another process that writes to the case.
        sources: where ``source`` is looked up.

    Raises:
        UnknownSourceError: no such source.
        OSError: a file cannot be opened or read.
        AgreementFaultsError: the case's agreement.yaml has faults.
        CaseError: see ``truceline.store.errors``. What was acknowledged stays; running the
            same command again goes on from there.
    """
    if source not in sources:
        raise UnknownSourceError(f"no source '{source}'; there are: {', '.join(sorted(sources))}")
    for path in paths:
        with path.open("rb"):
            pass
    way_in = sources[source]
    text = parse(case.agreement.read_text(encoding="utf-8"), str(case.agreement))
    if text.agreement is None:
        raise AgreementFaultsError(text.faults)
    context = Context(text.agreement.timezone, case.units(), dict(options or {}))
    counts = []
    with writing(case, who or audit.whoami(), wait_s) as writer:
        for path in paths:
            with path.open("rb") as file:
                count = _File(writer, way_in, context, progress, acknowledged).take(file, path)
            counts.append(count)
            if counted is not None:
                counted(count)
    return counts


@dataclass(frozen=True, slots=True)
class _File:
    """One file on its way into a case."""

    writer: Writer
    source: Source
    context: Context
    progress: Progress | None
    acknowledged: Callable[[Acknowledged], None] | None

    def take(self, file: BinaryIO, path: Path) -> Ingested:
        """Keep the original, commit its batches, count its rows."""
        original = self.writer.keep(file, path.name)
        told = json.dumps(
            {
                "timezone": self.context.timezone,
                "options": dict(self.context.options),
                "truceline": __version__,
            },
            sort_keys=True,
        )
        row = self.writer.begin(original, self.source.name, told)
        before = self.writer.committed(row)
        if row.state == "done":
            return _count(path, row, before, already=True)
        try:
            self._commit(row, before, original.path)
            again = False
        except _ReadsOtherwiseError:
            row = self.writer.anew(row, original, told)
            self._commit(row, [], original.path)
            again = True
        self.writer.done(row)
        resumed = 0 if again else sum(b.rows for b in before)
        after = self.writer.committed(row)
        return _count(path, row, after, resumed=resumed, began_again=again)

    def _commit(self, row: FileRow, before: list[BatchRow], original: Path) -> None:
        total = ordinal = 0
        name = row.name  # as it was first called: ids may be made from it
        with original.open("rb") as file:
            for batch in self._parse(file, name, row.sha256):
                total += batch.rows
                if ordinal < len(before):
                    known = before[ordinal]
                    if parsed_digest(batch, contents(batch.events)) != known.parsed:
                        raise _ReadsOtherwiseError
                else:
                    done = self.writer.commit(row, ordinal, batch)
                    if self.acknowledged is not None:
                        self.acknowledged(Acknowledged(name, row.sha256, done.id, done.rows, total))
                ordinal += 1
                if self.progress is not None:
                    self.progress(name, min(file.tell(), row.bytes), row.bytes)
        if ordinal < len(before):
            raise _ReadsOtherwiseError

    def _parse(self, file: BinaryIO, name: str, sha256: str) -> Iterator[Batch]:
        try:
            yield from self.source.parse(file, name=name, sha256=sha256, context=self.context)
        except (OSError, MemoryError):
            raise
        except Exception as error:
            raise SourceBrokeError(
                f"{name}: the source '{self.source.name}' failed over this file "
                f"({type(error).__name__}: {error}); what was acknowledged stays; report this"
            ) from error


class _ReadsOtherwiseError(Exception):
    """A half-taken file gives other batches than before: another version, or context."""


def _count(path: Path, row: FileRow, batches: list[BatchRow], **special: Any) -> Ingested:
    rows, events, repeats, revisions, problems = (
        sum(getattr(b, word) for b in batches)
        for word in ("rows", "events", "repeats", "revisions", "problems")
    )
    if special.get("already"):
        events, repeats, revisions = 0, rows - problems, 0
    return Ingested(str(path), row.sha256, rows, events, repeats, revisions, problems, **special)


__all__ = [
    "Acknowledged",
    "Case",
    "CaseError",
    "Failure",
    "Ingested",
    "Verified",
    "case_events",
    "case_problems",
    "case_terms",
    "ingest",
    "new_case",
    "open_case",
    "verify",
    "verify_folder",
]
