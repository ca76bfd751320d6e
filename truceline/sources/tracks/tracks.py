"""Tracks of receivers: GPX 1.0 and 1.1, KML, KMZ, GeoJSON, and tables with time, lon and lat.

What a file is, its first bytes say. XML goes through a streaming parser of ``defusedxml``:
a file with a document type or an entity is refused, and a file of five million fixes is
never in memory as a tree. Times without an offset are UTC in GPX and KML, as their formats
say, and in the agreement's timezone (or the one given) in tables and GeoJSON; a note says so.
"""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO
from zoneinfo import ZoneInfo

import numpy as np

from truceline.model.problem import Problem
from truceline.model.track import Fixes, Track
from truceline.sources.tables.delimited import opened, peek
from truceline.sources.tracks.fixes import NAME, Gathered, TrackRefusedError, settled
from truceline.sources.tracks.geojson import lines as geojson_lines
from truceline.sources.tracks.table import table_rows
from truceline.sources.tracks.xml import xml_rows

__all__ = ["TrackRefusedError", "read_track"]

_XML = (b"<", b"\xff\xfe<", b"\xfe\xff")


def read_track(
    file: BinaryIO, *, party: str, name: str, sha256: str = "", timezone: str = "UTC"
) -> Track:
    """Every fix of a file that can be used, and its problems; nothing is dropped unseen.

    Args:
        file: its bytes; gzip is opened.
        party: whose track it is.
        name: what messages call it.
        sha256: of its bytes.
        timezone: of times without an offset in tables and GeoJSON.

    Raises:
        TrackRefusedError: no track at all, damaged, or hostile; one clear line.
        OSError: the file cannot be read.
    """
    try:
        unpacked = opened(file)
        start = peek(unpacked)
        if not start and file.seekable():
            file.seek(0)
            gzip.decompress(file.read())  # what cannot be unpacked is not empty: this says why
    except (EOFError, ValueError, OSError, zlib.error) as error:
        raise TrackRefusedError(f"{name} cannot be read: {error}; get it again") from error
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    read: Callable[[BinaryIO, str, str], Gathered]
    if not head:
        return Track(party, name, sha256, Fixes.none(), 0, problems=(_empty(name),))
    if head.startswith(_XML) or (start.startswith(b"PK\x03\x04") and b".kml" in start[:200]):
        read = xml_rows
    elif head.startswith((b"{", b"[")):
        read = geojson_lines
    else:
        read = table_rows
    gathered = read(unpacked, name, timezone)
    fixes, problems, rows = settled(gathered, name, ZoneInfo(gathered.timezone or timezone))
    if not rows and not any(p.severity == "file" for p in problems):
        problems = [*problems, _empty(name)]
    track = Track(party, name, sha256, fixes, rows, problems=tuple(problems))
    return _one_kind(track)


def _empty(name: str) -> Problem:
    return Problem(
        NAME, name, 1, "the file holds no fixes", "get it again, or leave it out", severity="file"
    )


def _one_kind(track: Track) -> Track:
    """A track in which some fixes have a time: those without are problems, not guessed."""
    fixes = track.fixes
    if not fixes.timed or not len(fixes):
        return track
    without = fixes.time == np.iinfo(np.int64).min
    if not without.any():
        return track
    found = [
        Problem(
            NAME,
            track.file,
            int(line),
            "this fix has no time and others of the file do; it was left out",
            "give it a time, or put it in a file of its own: then it is used for place only",
            "time",
        )
        for line in fixes.line[without]
    ]
    return replace(track, fixes=fixes.at(~without), problems=(*track.problems, *found))
