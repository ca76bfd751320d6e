"""The case: a folder that holds one ceasefire's agreement, boundaries, originals and events.

    agreement.yaml          people edit it; git can keep it (geometry and cases.yaml beside it)
    boundaries/             the admin units at hand, copied in when the case was made
    originals/<sha256>      every file as it was received
    events/NNNNNN.parquet   append-only batches; problems/NNNNNN.parquet beside them
    case.db                 the manifest, what people entered, the audit log
    cache/                  may be deleted at any time

A file under events/ or problems/ belongs to the case only if the manifest lists it.
Adding to a case is ``truceline.store.writer``; checking it is ``truceline.store.verify``.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from truceline.model.problem import PROBLEM_SCHEMA
from truceline.model.unit import Units
from truceline.store import audit, boundaries, record, register
from truceline.store.batches import put_bytes, read_events, sha256_of, sync_folder
from truceline.store.errors import (
    CaseDamagedError,
    CaseError,
    CaseExistsError,
    NotACaseError,
    writing_to,
)
from truceline.store.record import BatchRow, FileRow

FOLDERS = ("boundaries", "originals", "events", "problems", "cache")
UNITS = "boundaries/units.parquet"
RECORD = "case.db"


@dataclass(frozen=True)
class Case:
    """A case on disk, open for reading. ``path`` is its folder."""

    path: Path

    @property
    def record(self) -> record.Record:
        """Its manifest and audit log."""
        return record.Record(self.path / RECORD)

    @property
    def agreement(self) -> Path:
        """Its agreement file."""
        return self.path / "agreement.yaml"

    def original(self, sha256: str) -> Path:
        """Where a file is kept as it was received."""
        return self.path / "originals" / sha256

    def event_path(self, batch: int) -> Path:
        """The GeoParquet file of a batch's events."""
        return self.path / "events" / f"{batch:06d}.parquet"

    def problem_path(self, batch: int) -> Path:
        """The Parquet file of a batch's problems."""
        return self.path / "problems" / f"{batch:06d}.parquet"

    def units(self) -> Units:
        """The admin units of the case. Raises CaseDamagedError where they cannot be read."""
        path = self.path / UNITS
        if not path.is_file():
            raise CaseDamagedError(f"{path} is missing; put it back, or make the case again")
        try:
            return boundaries.load(path.parent)
        except (OSError, ValueError) as error:
            raise CaseDamagedError(f"{path} cannot be read: {error}") from error

    def events(self) -> Iterator[pa.Table]:
        """The current version of every event, a batch at a time, in ``EVENT_SCHEMA``.

        All batches are of one moment: what another process commits meanwhile is not seen.
        Raises CaseDamagedError where a listed file is missing or unreadable.
        """
        with self.record.reading() as db:
            for batch in record.batches(db):
                if not batch.events_sha256:
                    continue
                path = self.event_path(batch.id)
                try:
                    table = read_events(path)
                except (OSError, pa.ArrowException) as error:
                    raise CaseDamagedError(
                        f"{path} is listed but cannot be read ({error}); run 'truceline verify'"
                    ) from error
                gone = record.superseded_rows(db, batch.id)
                if gone:
                    current = np.ones(table.num_rows, np.bool_)
                    current[gone] = False
                    table = table.filter(pa.array(current))
                if table.num_rows:
                    yield table

    def problems(self) -> Iterator[pa.Table]:
        """The problems of every file, a batch at a time, in ``PROBLEM_SCHEMA``.

        Raises CaseDamagedError where a listed file is missing or unreadable.
        """
        with self.record.reading() as db:
            for batch in record.batches(db):
                if not batch.problems_sha256:
                    continue
                path = self.problem_path(batch.id)
                try:
                    yield pq.read_table(path).cast(PROBLEM_SCHEMA)
                except (OSError, pa.ArrowException) as error:
                    raise CaseDamagedError(
                        f"{path} is listed but cannot be read ({error}); run 'truceline verify'"
                    ) from error

    def files(self) -> list[tuple[FileRow, list[BatchRow]]]:
        """Every file taken in, with its batches, in the order of arrival."""
        with self.record.reading() as db:
            return [(file, record.batches(db, file.id)) for file in record.files(db)]

    def revisions(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        """What was superseded and what superseded it: two tables of one row each, in pairs.

        Both are in ``EVENT_SCHEMA``, in the order in which the case learned of them.
        """
        with self.record.reading() as db:
            batch = lru_cache(maxsize=8)(lambda number: read_events(self.event_path(number)))
            for mark in record.superseded(db):
                yield (
                    batch(mark.batch).slice(mark.row, 1),
                    batch(mark.by_batch).slice(mark.by_row, 1),
                )

    def entered(self, kind: str = "", subject: str = "") -> list[register.Entry]:
        """What people entered, in order: of one kind, about one subject, or all."""
        with self.record.reading() as db:
            return register.entered(db, kind, subject)

    def documents(self) -> list[register.Document]:
        """The documents that entries stand on, in the order of arrival."""
        with self.record.reading() as db:
            return register.documents(db)

    def log(self) -> list[audit.Entry]:
        """The audit log, oldest first."""
        with self.record.reading() as db:
            return list(audit.entries(db))


def open_case(path: Path) -> Case:
    """A case that is there. Raises NotACaseError, and CaseDamagedError without its record."""
    if not path.is_dir():
        raise NotACaseError(f"{path} is no folder; make a case with 'truceline new'")
    if not (path / RECORD).is_file():
        if all((path / name).is_dir() for name in ("originals", "events")):
            raise CaseDamagedError(f"{path / RECORD} is missing: the record of what the case holds")
        raise NotACaseError(f"{path} holds no case (no {RECORD}); make one with 'truceline new'")
    if not (path / RECORD).stat().st_size:
        raise CaseDamagedError(f"{path / RECORD} is empty: the record of what the case holds")
    case = Case(path)
    case.record.check_ours()
    return case


def create(path: Path, agreement: str, beside: Mapping[str, bytes], units: Units, who: str) -> Case:
    """A new case. ``agreement`` is the text of its file; ``beside`` are the files next to it.

    It is put together under another name and appears whole; an empty folder may be there.

    Raises:
        CaseExistsError: something is at ``path``.
        CaseFullError, CaseUnwritableError: the disk refuses.
        CaseError: a file beside the agreement lies outside its folder.
    """
    outside = [n for n in beside if PurePosixPath(n).is_absolute() or ".." in Path(n).parts]
    if outside:
        raise CaseError(f"'{outside[0]}' lies outside the agreement's folder; put it beside it")
    own = {*FOLDERS, RECORD, "agreement.yaml"}
    taken = [name for name in beside if Path(name).parts[0] in own]
    if taken:
        raise CaseError(f"'{taken[0]}' has a name that the case itself uses; rename the file")
    _must_be_free(path)
    with writing_to(path, "the new case"):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            _fill(draft, agreement, beside, units, who)
            _place(draft, path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Case(path)


def _must_be_free(path: Path) -> None:
    if path.is_dir():
        if (path / RECORD).exists():
            raise CaseExistsError(f"{path} is a case already; choose another folder")
        if any(path.iterdir()):
            raise CaseExistsError(f"{path} is not empty; choose a new or an empty folder")
    elif path.exists() or path.is_symlink():
        raise CaseExistsError(f"{path} is a file; choose a new folder")


def _fill(draft: Path, agreement: str, beside: Mapping[str, bytes], units: Units, who: str) -> None:
    draft.chmod(0o755)
    for name in FOLDERS:
        (draft / name).mkdir()
    hashes = {"agreement.yaml": put_bytes(draft / "agreement.yaml", agreement.encode())}
    for name, content in sorted(beside.items()):
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        hashes[name] = put_bytes(draft / name, content)
    boundaries.save(units, draft / UNITS)
    hashes[UNITS] = put_bytes(draft / UNITS, (draft / UNITS).read_bytes())
    made = record.Record.create(draft / RECORD)
    with made.writing() as db:
        audit.append(db, who, "new", {"files": hashes, "units": len(units)})


def _place(draft: Path, path: Path) -> None:
    if not path.exists():
        draft.rename(path)
    else:  # an empty folder, perhaps the one the user stands in: it must stay the same folder
        for child in sorted(draft.iterdir(), key=lambda p: p.name == RECORD):  # the record last
            child.rename(path / child.name)
        sync_folder(path)
    sync_folder(path.parent)


def boundaries_hash(case: Case, entries: list[audit.Entry]) -> tuple[str, str] | None:
    """The hash of the admin units as they were copied in, and now; None where they agree.

    Raises OSError where they cannot be read.
    """
    first = next((e for e in entries if e.what == "new"), None)
    then = json.loads(first.detail)["files"].get(UNITS, "") if first else ""
    now = sha256_of(case.path / UNITS)
    return None if then == now else (then, now)
