"""GPX and KML, streamed: one pass, no tree, no document types, no entities.

Elements are known by their local names, so that a file without a namespace, or with
another version's, reads the same.
"""

import io
import math
import zipfile
from typing import Any, BinaryIO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import expatreader
from defusedxml.common import DefusedXmlException

from truceline.sources.tracks.fixes import Gathered, TrackRefusedError, number

_TEXT = 4_096  # characters kept of a time or a coordinate
_LINE = 50_000_000  # characters of one KML coordinate list
_KMZ = 2_000_000_000  # bytes of the document inside a KMZ


def xml_rows(file: BinaryIO, name: str, timezone: str) -> Gathered:
    """The fixes of a GPX, KML or KMZ file. Raises TrackRefusedError."""
    del timezone  # both formats say UTC
    got = Gathered(name, timezone="UTC")
    parser = expatreader.create_parser(forbid_dtd=True)
    handler = _Handler(got)
    parser.setContentHandler(handler)
    try:
        parser.parse(_inner(file, name))
    except DefusedXmlException:
        raise TrackRefusedError(
            f"{name} is refused: it declares a document type or entities, which no track needs "
            "and which attacks use; export it again without them"
        ) from None
    except SAXException as error:
        where = getattr(error, "getLineNumber", lambda: None)()
        what = error.getMessage()
        if not len(got.lon):
            raise TrackRefusedError(
                f"{name}:{where or 1}: it is not XML that can be read ({what}); get it again"
            ) from None
        got.note(f"the file breaks off at line {where} ({what})", "get the file again")
    except (UnicodeError, ValueError, LookupError, EOFError, zipfile.BadZipFile) as error:
        raise TrackRefusedError(f"{name} cannot be read: {error}; get it again") from None
    if handler.root not in ("gpx", "kml"):
        raise TrackRefusedError(
            f"{name} is XML and neither GPX nor KML (its root is '{handler.root[:40]}'); "
            "give a track as GPX, KML, GeoJSON or a table with time, lon and lat"
        )
    handler.finish()
    return got


def _inner(file: BinaryIO, name: str) -> BinaryIO:
    """The document of a KMZ, or the file itself."""
    start = file.peek(4)[:4] if hasattr(file, "peek") else b""
    if start != b"PK\x03\x04":
        return file
    with zipfile.ZipFile(io.BytesIO(file.read())) as box:
        inside = [i for i in box.infolist() if i.filename.lower().endswith(".kml")]
        if not inside:
            raise TrackRefusedError(f"{name} holds no .kml document; give the KML itself")
        if inside[0].file_size > _KMZ:
            raise TrackRefusedError(f"{name} unpacks to more than 2 GB; give the KML itself")
        return io.BytesIO(box.read(inside[0]))


class _Handler(ContentHandler):
    """Both formats in one pass: they share no element that matters."""

    def __init__(self, got: Gathered) -> None:
        super().__init__()
        self.got = got
        self.root = ""
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._left = 0
        self._segment = 0
        self._fix: tuple[float, float, int] | None = None
        self._time = ""
        self._waypoints = self._planned = 0
        self._when: list[str] = []
        self._coord: list[tuple[str, int]] = []
        self._place_time = ""
        self._place: tuple[str, int] | None = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802 - SAX's own name
        """Where the parser is, for line numbers."""
        self._locator = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's own name
        """An element begins."""
        local = name.rpartition(":")[2]
        if not self._path:
            self.root = local.lower()
        self._path.append(local)
        if local == "trkpt":
            line = self._locator.getLineNumber()
            self._fix = (number(attrs.get("lon")), number(attrs.get("lat")), line)
            self._time = ""
        elif local in ("trkseg", "Track", "Placemark"):
            self._segment += local != "Placemark" or not self._points_only()
            if local == "Placemark":
                self._place_time, self._place = "", None
            if local == "Track":
                self._when, self._coord = [], []
        elif local == "wpt":
            self._waypoints += 1
        elif local == "rtept":
            self._planned += 1
        elif local in ("time", "when", "coord", "coordinates", "begin"):
            self._text = []
            self._left = _LINE if local == "coordinates" else _TEXT

    def _points_only(self) -> bool:
        """Placemarks that are single fixes follow one another in one segment."""
        return self._place is not None

    def characters(self, content: str) -> None:
        """Text, as far as anybody asked for it."""
        if self._text is not None and self._left > 0:
            self._text.append(content[: self._left])
            self._left -= len(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's own name
        """An element ends."""
        local = name.rpartition(":")[2]
        self._path.pop()
        text = "".join(self._text).strip() if self._text is not None else ""
        parent = self._path[-1] if self._path else ""
        if local in ("time", "when", "coord", "coordinates", "begin"):
            self._text = None
            self._said(local, parent, text)
        elif local == "trkpt" and self._fix is not None:
            lon, lat, line = self._fix
            self._add(lon, lat, self._time, line)
            self._fix = None
        elif local == "Track":
            self._finish_track()
        elif local == "Placemark" and self._place is not None:
            lon, lat, line = _pair(self._place)
            self._add(lon, lat, self._place_time, line)

    def _said(self, local: str, parent: str, text: str) -> None:
        line = self._locator.getLineNumber()
        if local == "time" and parent == "trkpt":
            self._time = text
        elif local in ("when", "begin"):
            if parent == "Track":
                self._when.append(text)
            else:
                self._place_time = text
        elif local == "coord":
            self._coord.append((text, line))
        elif local == "coordinates":
            if parent == "Point":
                self._place = (text, line)
            elif parent == "LineString":
                self._segment += 1
                for part in text.split():
                    lon, lat, at = _pair((part.replace(",", " "), line))
                    self._add(lon, lat, "", at)

    def _finish_track(self) -> None:
        """A gx:Track: its times and its places, in the same order."""
        if self._when and len(self._when) != len(self._coord):
            self.got.note(
                f"a gx:Track has {len(self._when)} times and {len(self._coord)} places; "
                "what has no partner is left without",
                "export it again",
            )
        for k, place in enumerate(self._coord):
            lon, lat, line = _pair(place)
            self._add(lon, lat, self._when[k] if k < len(self._when) else "", line)
        self._when, self._coord = [], []

    def _add(self, lon: float, lat: float, time: str, line: int) -> None:
        if math.isnan(lon) or math.isnan(lat):
            self.got.problem(
                line,
                "the fix has no longitude and latitude that are numbers",
                "correct it, or leave it out",
                "position",
            )
        else:
            self.got.add(lon, lat, time, line, self._segment)

    def finish(self) -> None:
        """What the file held besides tracks."""
        if self._waypoints:
            self.got.note(
                f"{self._waypoints:,} waypoints were passed over: they are places, not a track",
                "nothing, unless they are fixes: then give them as a table with times",
            )
        if self._planned:
            self.got.note(
                f"{self._planned:,} route points were passed over: they are a plan, not a track",
                "nothing; a plan is never taken for a patrol",
            )


def _pair(place: tuple[str, int]) -> tuple[float, float, int]:
    text, line = place
    parts = text.replace(",", " ").split()
    if len(parts) < 2:
        return float("nan"), float("nan"), line
    return number(parts[0]), number(parts[1]), line
