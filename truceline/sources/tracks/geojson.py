"""Tracks in GeoJSON: points with times, or lines with a list of times in ``coordTimes``."""

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from truceline.sources.tables.files import Features
from truceline.sources.tracks.fixes import Gathered, TrackRefusedError
from truceline.sources.tracks.table import of_reader

TIMES = ("coordTimes", "times", "time", "timestamps", "timestamp", "when")


def lines(file: BinaryIO, name: str, timezone: str) -> Gathered:
    """The fixes of a GeoJSON file (or JSON records). Raises TrackRefusedError.

    Of a line, each part is a segment. Its times are a list in ``properties`` as long as
    its points (``coordTimes``, as converters write it); without one it has none.
    """
    del timezone
    try:
        content = file.read()
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, UnicodeError, RecursionError, EOFError) as error:
        raise TrackRefusedError(f"{name} is not JSON that can be read ({error})") from None
    features = list(_features(document))
    if features and all(_kind(f) in ("Point", "") for f in features):
        if isinstance(document, dict) and document.get("type") == "Feature":
            document = {"type": "FeatureCollection", "features": [document]}
        try:
            return of_reader(Features(io.BytesIO(json.dumps(document).encode())), name)
        except (ValueError, TypeError, KeyError) as error:
            raise TrackRefusedError(f"{name} is no track: {error}") from None
    got = Gathered(name)
    segment = 0
    for number, feature in enumerate(features, 1):
        kind = _kind(feature)
        if kind not in ("LineString", "MultiLineString"):
            got.problem(
                number,
                f"a {kind or 'feature without a geometry'} is no part of this track",
                "give lines or points, not both",
                "geometry",
            )
            continue
        where = feature["geometry"].get("coordinates") or []
        parts = where if kind == "MultiLineString" else [where]
        times = _times(feature, parts, kind)
        for part, moments in zip(parts, times, strict=True):
            segment += 1
            _line(got, part, moments, number, segment)
    if not features:
        raise TrackRefusedError(f"{name} is JSON and holds no track; give lines or points")
    return got


def _line(got: Gathered, part: Any, moments: list[Any], number: int, segment: int) -> None:
    points = part if isinstance(part, list) else []
    if moments and len(moments) != len(points):
        got.note(
            f"feature {number} has {len(points)} points and {len(moments)} times; "
            "they cannot be told together, so it is used for place only",
            "export it again with one time for each point",
        )
        moments = []
    for k, point in enumerate(points):
        try:
            lon, lat = float(point[0]), float(point[1])
        except (TypeError, ValueError, IndexError, KeyError):
            got.problem(number, f"point {k + 1} is no pair of numbers", "correct it", "geometry")
            continue
        got.add(lon, lat, _word(moments[k]) if moments else "", number, segment)


def _word(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _times(feature: dict[str, Any], parts: list[Any], kind: str) -> list[list[Any]]:
    properties = feature.get("properties") or {}
    nested = properties.get("coordinateProperties")
    if isinstance(nested, dict):
        properties = {**properties, **nested}
    given = next((properties[k] for k in TIMES if isinstance(properties.get(k), list)), None)
    if given is None:
        return [[] for _ in parts]
    if kind == "LineString":
        return [given]
    if len(given) == len(parts) and all(isinstance(g, list) for g in given):
        return list(given)
    if len(given) == sum(len(p) for p in parts):
        found, at = [], 0
        for part in parts:
            found.append(given[at : at + len(part)])
            at += len(part)
        return found
    return [[None] for _ in parts] if given else [[] for _ in parts]


def _features(document: Any) -> Iterator[dict[str, Any]]:
    """Features of a document, a bare geometry as one; records of a list as they are."""
    if isinstance(document, list):
        yield from (d for d in document if isinstance(d, dict))
    elif isinstance(document, dict):
        kind = document.get("type")
        if kind == "FeatureCollection":
            yield from (f for f in document.get("features") or [] if isinstance(f, dict))
        elif kind == "Feature":
            yield document
        elif kind == "GeometryCollection":
            for part in document.get("geometries") or []:
                yield {"type": "Feature", "properties": {}, "geometry": part}
        elif "coordinates" in document:
            yield {"type": "Feature", "properties": {}, "geometry": document}
        elif isinstance(document.get("data"), list):
            yield from (d for d in document["data"] if isinstance(d, dict))


def _kind(feature: dict[str, Any]) -> str:
    geometry = feature.get("geometry")
    return str(geometry.get("type", "")) if isinstance(geometry, dict) else ""
