"""What can go wrong with a case folder. Every message is one line that a person can act on.

    CaseError                 catch this one; the command line ends with code 2
    ├── NotACaseError         the folder holds no case, or one made by a newer Truceline
    ├── CaseExistsError       'new' was given a folder that is not empty
    ├── CaseBusyError         another process is writing to the case
    ├── CaseDamagedError      the record, or a file that it lists, is missing or cannot be read
    ├── CaseFullError         the disk (or a limit on file sizes) refuses to take more
    ├── CaseUnwritableError   the folder cannot be written to, for another reason
    └── SourceBrokeError      a source failed over a file, or its rows do not add up

``verify`` raises none of them for what it finds: it returns a ``Failure``.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CaseError(Exception):
    """Something about a case folder that stops the command; the message is one line."""


class NotACaseError(CaseError):
    """The folder holds no case that this Truceline can open."""


class CaseExistsError(CaseError):
    """A new case was asked for where something is already."""


class CaseBusyError(CaseError):
    """Another process held the case for longer than we were ready to wait."""


class CaseDamagedError(CaseError):
    """The record, or a file that it lists, is missing or unreadable; ``verify`` says more."""


class CaseFullError(CaseError):
    """No room: the disk is full, or a quota or a limit on file sizes is reached."""


class CaseUnwritableError(CaseError):
    """The case folder cannot be written to."""


class SourceBrokeError(CaseError):
    """A source failed over a file, or handed on rows that do not add up."""


_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_KEPT = "nothing acknowledged is lost; make room and run the same command again"


@contextmanager
def writing_to(folder: Path, what: str) -> Iterator[None]:
    """Turn what the disk and SQLite say while writing ``what`` into a ``CaseError``.

    Raises:
        CaseFullError: no room.
        CaseBusyError: another process holds the record.
        CaseUnwritableError: any other refusal.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _NO_ROOM:
            raise CaseFullError(f"{folder}: no room to write {what} ({reason}); {_KEPT}") from error
        raise CaseUnwritableError(f"{folder}: cannot write {what}: {reason}") from error
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise CaseFullError(
                f"{folder}: no room to write {what} (disk full); {_KEPT}"
            ) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise CaseBusyError(
                f"{folder}: another process is writing to the record; try again"
            ) from error
        if code == sqlite3.SQLITE_IOERR:
            # SQLite gives this one code for a file-size limit and for a failing disk.
            raise CaseFullError(
                f"{folder}: the disk refuses to take {what} ({error}): full, or at a limit on "
                f"file sizes; {_KEPT}"
            ) from error
        raise CaseUnwritableError(f"{folder}: cannot write {what}: {error}") from error
