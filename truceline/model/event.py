"""An event: what ONE source reported, with its uncertainty, as of a date.

Events travel as Arrow batches in ``EVENT_SCHEMA``, never as an object per row. They
are never altered: a source's correction is a new version that supersedes the old one.

Times are UTC instants; a span is half open, ``[start, end)``; ``start == end`` is a
moment. The words of the source are kept in ``when_text`` with their own offset.

The region a report is known to lie in, ``region``:

* ``point``: exactly (lon, lat); ``radius_m`` is 0.
* ``disc``: evenly anywhere within ``radius_m`` metres of (lon, lat); with a ``unit``, only
  in that unit of the boundaries at hand (the country that the row names).
* ``unit``: evenly anywhere in the admin unit ``unit`` (a P-code of the boundaries at
  hand). (lon, lat) and ``radius_m`` then describe a disc of that unit's size, which
  stands in when its polygon is not at hand.
* ``sector``: what an observer at (lon, lat) saw: ``bearing_deg`` clockwise from true
  north (plus or minus ``spread_deg``), from ``range_min_m`` to ``radius_m`` away.
* ``nowhere``: no usable place (a country, or none). Never inside, never outside.

Who acted, ``attribution``:

* ``actor``: every name in ``actor`` took part in the act; ``target`` suffered it.
* ``dyad``: two sides, ``actor`` and ``target``; the source does not say who acted.
* ``disputed``: accounts differ: any one of the names in ``actor`` may have acted, alone, and
  against any or all of those in ``target``.
* ``unknown``: nobody is named as the actor.
"""

import pyarrow as pa

KINDS = ("event", "summary", "lead")
REGIONS = ("point", "disc", "unit", "sector", "nowhere")
ATTRIBUTIONS = ("actor", "dyad", "disputed", "unknown")

_utc = pa.timestamp("us", tz="UTC")
_text = pa.string()
_texts = pa.list_(pa.string())

EVENT_SCHEMA = pa.schema(
    [
        ("event_id", _text),  # source:id, unique in a case
        ("source", _text),
        ("kind", _text),  # one of KINDS
        ("as_of", _text),  # the source's own version of this row ('' where it gives none)
        ("start", _utc),
        ("end", _utc),
        ("when_text", _text),  # the source's own words for the time
        ("lon", pa.float64()),  # WGS 84 degrees, null where there is none
        ("lat", pa.float64()),
        ("radius_m", pa.float64()),
        ("region", _text),  # one of REGIONS
        ("unit", _text),
        ("bearing_deg", pa.float64()),
        ("spread_deg", pa.float64()),
        ("range_min_m", pa.float64()),
        ("means", _text),  # seen, heard, camera, uav, crater, satellite, '' not stated
        ("count", pa.int64()),  # how many of the act ("45 explosions"); null where not stated
        ("place", _text),
        ("act", _text),  # an id of truceline/vocabulary/acts.yaml
        ("act_text", _text),  # the source's own words for the act
        ("actor", _texts),
        ("target", _texts),
        ("attribution", _text),  # one of ATTRIBUTIONS
        ("deaths_low", pa.int64()),
        ("deaths_best", pa.int64()),
        ("deaths_high", pa.int64()),
        ("cites", _texts),  # agencies or outlets the source itself cites
        ("url", _text),
        ("text", _text),
        ("calibre_mm", pa.float64()),  # of a weapon sighted or used; null where not stated
        ("file_sha256", _text),  # the original this row came from
        ("file", _text),
        ("line", pa.int64()),
    ]
)
