"""One contract for every way in: nothing lost, offsets kept, bad rows become problems."""

import gzip
import io
import os
import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from truceline.model.batch import Batch, Context
from truceline.model.event import ATTRIBUTIONS, EVENT_SCHEMA, KINDS, REGIONS
from truceline.sources import SOURCES

UCDP = (
    "id,type_of_violence,where_prec,latitude,longitude,date_prec,date_start,date_end,"
    "event_clarity,side_a,side_b,best,low,high,where_coordinates"
)
ACLED = (
    "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,inter1,actor2,"
    "inter2,latitude,longitude,geo_precision,location,source,notes,fatalities,timestamp"
)
GDELT = (
    "GLOBALEVENTID,SQLDATE,Actor1Name,Actor2Name,EventCode,ActionGeo_Type,ActionGeo_FullName,"
    "ActionGeo_Lat,ActionGeo_Long,DATEADDED,SOURCEURL"
)
FIRMS = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,"
    "confidence,version,bright_ti5,frp,daynight"
)
TABLE = "id,start,end,lon,lat,radius_m,act,actor,target,deaths,source,url,text"


@dataclass(frozen=True)
class Way:
    """How a source writes one row."""

    name: str
    header: str
    write: Callable[..., str]
    has_id: bool = True
    has_deaths: bool = True
    dated_utc: bool = False

    def file(self, *rows: str) -> bytes:
        return ("\n".join([self.header, *rows]) + "\n").encode()

    def row(self, i: int = 1, **said: str) -> str:
        base = {"day": "2020-03-06", "lat": "35.86", "lon": "36.80", "deaths": "2", "actor": "A"}
        return self.write(i, **{**base, **said})


WAYS = [
    Way(
        "ucdp",
        UCDP,
        lambda i, day, lat, lon, deaths, actor: (
            f"{i},1,1,{lat},{lon},1,{day},{day},1,{actor},B,{deaths},0,9,Saraqib town"
        ),
    ),
    Way(
        "acled",
        ACLED,
        lambda i, day, lat, lon, deaths, actor: (
            f"SYR{i},{day},1,Battles,Armed clash,{actor},1,B,2,{lat},{lon},1,Saraqib,SOHR,n,"
            f"{deaths},1584000000"
        ),
    ),
    Way(
        "gdelt",
        GDELT,
        lambda i, day, lat, lon, deaths, actor: (
            f"{i},{day.replace('-', '')},{actor},B,190,4,Saraqib,{lat},{lon},20200306,http://x/{i}"
        ),
        has_deaths=False,
        dated_utc=True,
    ),
    Way(
        "firms",
        FIRMS,
        lambda i, day, lat, lon, deaths, actor: (
            f"{lat},{lon},330,0.4,0.4,{day},{i // 60 % 24:02d}{i % 60:02d},{actor},VIIRS,n,"
            f"{2 + i // 1440}.0NRT,290,2.1,N"
        ),
        has_id=False,
        has_deaths=False,
        dated_utc=True,
    ),
    Way(
        "table",
        TABLE,
        lambda i, day, lat, lon, deaths, actor: (
            f"{i},{day},,{lon},{lat},500,shelling,{actor},B,{deaths},S,,t"
        ),
    ),
]
each = pytest.mark.parametrize("way", WAYS, ids=lambda w: w.name)


def parse(way: Way, data: bytes, timezone: str = "Asia/Damascus", **options: str) -> list[Batch]:
    batches = list(
        SOURCES[way.name].parse(
            io.BytesIO(data),
            name="file.csv",
            sha256="0" * 64,
            context=Context(timezone, options=options),
        )
    )
    for batch in batches:
        assert batch.events.schema.equals(EVENT_SCHEMA)
        assert batch.rows == batch.events.num_rows + batch.repeats + batch.row_problems
    return batches


def events(batches: list[Batch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.events.to_pylist()]


def said(batches: list[Batch], severity: str = "row") -> list[str]:
    return [str(p) for b in batches for p in b.problems if p.severity == severity]


def test_every_source_is_under_the_contract() -> None:
    assert {w.name for w in WAYS} == set(SOURCES)


@each
def test_a_good_row_is_an_event(way: Way) -> None:
    (event,) = events(parse(way, way.file(way.row())))
    assert event["line"] == 2
    assert event["kind"] in KINDS
    assert event["region"] in REGIONS
    assert event["attribution"] in ATTRIBUTIONS
    assert event["file_sha256"] == "0" * 64
    assert str(event["event_id"]).startswith(("ucdp:", "acled:", "gdelt:", "firms:", "S:"))
    assert (event["lon"], event["lat"]) == (36.80, 35.86)


@each
def test_a_date_is_a_whole_day_of_its_own_zone(way: Way) -> None:
    (event,) = events(parse(way, way.file(way.row(day="2020-03-27"))))
    if way.name == "firms":
        assert event["start"] == event["end"] == datetime(2020, 3, 27, 0, 1, tzinfo=UTC)
    elif way.dated_utc:
        assert event["start"] == datetime(2020, 3, 27, tzinfo=UTC)
        assert event["end"] == datetime(2020, 3, 28, tzinfo=UTC)
    else:  # the clocks in Damascus went forward that night: a day of 23 hours
        assert event["start"] == datetime(2020, 3, 26, 22, tzinfo=UTC)
        assert event["end"] == datetime(2020, 3, 27, 21, tzinfo=UTC)


@each
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"lat": "136.1"}, "look swapped"),
        ({"lat": "195.0"}, "no latitude is beyond 90"),
        ({"lon": "200"}, "no longitude is beyond 180"),
        ({"lat": "0", "lon": "0"}, "sea off Ghana"),
        ({"lat": "north"}, "this is no number"),
        ({"lat": "inf"}, "this is no number"),
        ({"lat": "1e400"}, "not finite"),
        ({"lat": ""}, "one of the two coordinates is missing"),
        ({"day": "2020-02-30"}, ""),
        ({"day": "soon"}, ""),
        ({"day": "1066-10-14"}, "1900"),
    ],
)
def test_a_bad_row_is_a_problem_with_its_line(way: Way, fault: dict[str, str], words: str) -> None:
    batches = parse(way, way.file(way.row(1), way.row(2, **fault), way.row(3)))
    assert [e["line"] for e in events(batches)] == [2, 4]
    (problem,) = said(batches)
    assert problem.startswith("file.csv:3: ")
    assert words in problem


@each
def test_negative_deaths_are_a_problem(way: Way) -> None:
    if not way.has_deaths:
        pytest.skip("this source counts no deaths")
    batches = parse(way, way.file(way.row(1, deaths="-3")))
    assert "negative" in said(batches)[0]


@each
def test_three_styles_of_date(way: Way) -> None:
    if way.name == "gdelt":
        pytest.skip("GDELT has one style, YYYYMMDD")
    rows = [way.row(i, day=d) for i, d in enumerate(["2020-03-16", "16/03/2020", "16 March 2020"])]
    batches = parse(way, way.file(*rows))
    starts = {str(e["start"])[:13] for e in events(batches)}
    if way.name == "firms":  # FIRMS writes ISO dates: another style still reads the same
        assert not said(batches)
    assert len(events(batches)) == 3
    assert len(starts) == 1


@each
def test_the_same_row_again_is_a_repeat_and_other_content_a_problem(way: Way) -> None:
    rows = [way.row(1), way.row(2), way.row(1), way.row(1, actor="C")]
    batches = parse(way, way.file(*rows))
    assert sum(b.repeats for b in batches) == 1
    if way.has_id:
        assert [e["line"] for e in events(batches)] == [2, 3]
        assert "line 2 gave the same id" in said(batches)[0]


@each
@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"], ids=["no bytes", "blank", "BOM"])
def test_an_empty_file_is_not_silent(way: Way, data: bytes) -> None:
    (problem,) = said(parse(way, data), "file")
    assert "empty" in problem


@each
def test_a_header_without_rows_is_not_silent(way: Way) -> None:
    (problem,) = said(parse(way, way.file()), "file")
    assert "no rows" in problem


@each
def test_a_file_of_another_kind_is_refused_and_its_rows_are_counted(way: Way) -> None:
    batches = parse(way, b"colour,size\nred,1\nblue,2\n")
    assert sum(b.rows for b in batches) == 2
    assert len(said(batches)) == 2
    assert "has no column" in said(batches, "file")[0]


@each
def test_gzip_bom_utf16_and_windows_line_ends(way: Way) -> None:
    data = way.file(way.row(1), way.row(2))
    expected = [e["event_id"] for e in events(parse(way, data))]
    for variant in (
        gzip.compress(data),
        b"\xef\xbb\xbf" + data,
        data.decode().encode("utf-16"),
        data.replace(b"\n", b"\r\n"),
        data.rstrip(b"\n"),
        data.replace(b"\n", b"\n\n"),
    ):
        assert [e["event_id"] for e in events(parse(way, variant))] == expected


@each
def test_bytes_that_are_no_utf8_cost_only_their_row(way: Way) -> None:
    if way.name == "firms":
        pytest.skip("every FIRMS column is a number or a code")
    data = way.file(way.row(1), way.row(2, actor="T@rkiye"), way.row(3)).replace(b"@", b"\xfc")
    batches = parse(way, data)
    assert [e["line"] for e in events(batches)] == [2, 4]
    assert "not valid UTF-8" in said(batches)[0]
    told = parse(way, data, encoding="windows-1252")
    assert events(told)[1]["actor"] == ["Türkiye"]


@each
def test_a_damaged_gzip_is_told_and_what_came_before_is_kept(way: Way) -> None:
    noise = random.Random(1)
    rows = [way.row(i, lat=f"35.{noise.randrange(10**9)}") for i in range(900)]
    whole = gzip.compress(way.file(*rows))
    batches = parse(way, whole[: len(whole) * 2 // 3])
    assert "damaged" in said(batches, "file")[-1]
    assert 0 < len(events(batches)) < 900


@each
def test_an_open_quotation_mark_does_not_swallow_the_next_rows(way: Way) -> None:
    rows = [way.row(1), '"' + way.row(2), way.row(3), way.row(4)]
    batches = parse(way, way.file(*rows))
    assert [e["line"] for e in events(batches)] == [2, 4, 5]
    assert "opened and not closed" in said(batches)[0]


@each
def test_ragged_rows_are_problems(way: Way) -> None:
    batches = parse(way, way.file(way.row(1), way.row(2).rpartition(",")[0], way.row(3) + ",x"))
    assert len(events(batches)) == 1
    assert [p.split(":")[1] for p in said(batches)] == ["3", "4"]


class Endless(io.RawIOBase):
    """A file that is made while it is read, so that its size costs no memory or disk."""

    def __init__(self, way: Way, size: int, tell: Callable[[int], None]) -> None:
        self.left, self.tell, self.done = size, tell, 0
        self.rows = self._rows(way)
        self.buffer = b""
        self.count = 0

    def _rows(self, way: Way) -> Iterator[bytes]:
        yield (way.header + "\n").encode()
        # A thousand rows are written once and made other rows by their id, or by their place.
        own = "36.80" if way.has_id else "36.@1"
        rows = []
        for j in range(1000):
            lat = f"{35 + j / 1e5:.5f}"
            number = f"@{j:03}" if way.has_id else j
            rows.append(way.row(number, lat=lat, lon=own))  # type: ignore[arg-type] # an id
        some = ("\n".join(rows) + "\n").encode()
        while True:
            self.count += 1000
            yield some.replace(b"@", str(self.count).encode())

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]  # the buffer is a view
        while len(self.buffer) < len(into) and self.left > 0:
            more = next(self.rows)
            self.left -= len(more)
            self.buffer += more
        n = min(len(into), len(self.buffer))
        into[:n] = self.buffer[:n]
        self.buffer = self.buffer[n:]
        self.done += n
        self.tell(self.done)
        return n


@pytest.mark.timeout(900)  # a busy machine, the full size
@each
def test_a_large_file_in_bounded_memory_with_progress(way: Way) -> None:
    size = 250_000_000 if os.environ.get("TRUCELINE_LARGE") else 6_000_000
    heard: list[int] = []
    file = Endless(way, size, heard.append)
    pa.default_memory_pool().release_unused()
    before = pa.total_allocated_bytes()
    arrow, rows, found = 0, 0, 0
    tracemalloc.start()
    for batch in SOURCES[way.name].parse(
        io.BufferedReader(file), name="large.csv", sha256="", context=Context("UTC")
    ):
        rows += batch.rows
        found += batch.events.num_rows
        assert batch.events.num_rows <= 60_000
        arrow = max(arrow, pa.total_allocated_bytes() - before)
    python = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == found == file.count
    assert arrow < 150_000_000
    assert python < 250_000_000
    assert heard == sorted(heard)
    assert heard[-1] >= size
