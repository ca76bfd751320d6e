"""Tracks as receivers and their owners write them, and as attackers do."""

import gzip
import io
import zipfile

import gpxpy
import numpy as np
import pytest

from truceline.model.track import SECOND
from truceline.sources.tracks.tracks import TrackRefusedError, read_track

T0 = 1_584_259_200  # 2020-03-15T08:00Z
PLACES = [(36.1, 35.8), (36.1001, 35.8), (36.1002, 35.8001)]


def read(content, name="a.gpx", timezone="Asia/Damascus"):
    data = content if isinstance(content, bytes) else content.encode()
    track = read_track(io.BytesIO(data), party="RUS", name=name, timezone=timezone)
    bad = sum(p.severity == "row" for p in track.problems)
    assert track.rows == len(track.fixes) + track.repeats + bad
    return track


def seconds(track):
    return ((track.fixes.time // SECOND) - T0).tolist()


def notes(track):
    return " | ".join(p.what for p in track.problems)


GPX = """<?xml version="1.0"?><gpx version="{v}" xmlns="http://www.topografix.com/GPX/{n}">
<wpt lat="1" lon="2"/><rte><rtept lat="1" lon="2"/></rte>
<trk><name>x</name><trkseg>
<trkpt lat="35.8" lon="36.1"><ele>9</ele><time>2020-03-15T08:00:00Z</time></trkpt>
<trkpt lat="35.8" lon="36.1001"><time>2020-03-15T10:00:01.500+02:00</time><speed>3</speed></trkpt>
</trkseg><trkseg><trkpt lon="36.1002" lat="35.8001"><time>2020-03-15T08:00:02</time></trkpt>
</trkseg></trk></gpx>"""


@pytest.mark.parametrize(("v", "n"), [("1.0", "1/0"), ("1.1", "1/1")])
def test_gpx_of_both_versions(v, n):
    track = read(GPX.format(v=v, n=n))
    assert seconds(track) == [0, 1, 2]
    assert list(zip(track.fixes.lon, track.fixes.lat, strict=True)) == PLACES
    assert track.fixes.segment.tolist() == [1, 1, 2]
    assert track.fixes.line.tolist() == [4, 5, 6]
    assert "1 waypoints were passed over" in notes(track)
    assert "1 route points were passed over" in notes(track)
    assert "read as UTC" in notes(track)


def test_gpx_with_a_prefix_a_byte_order_mark_and_gzip():
    text = GPX.format(v="1.1", n="1/1").replace("<trk", "<g:trk").replace("</trk", "</g:trk")
    text = text.replace("<gpx", '<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1"')
    text = text.replace("</gpx", "</g:gpx")
    assert len(read(b"\xef\xbb\xbf" + text.encode()).fixes) == 3
    assert len(read(gzip.compress(text.encode()), "a.gpx.gz").fixes) == 3
    assert len(read(text.replace('<?xml version="1.0"?>', "").encode("utf-16")).fixes) == 3


def test_gpx_as_another_reader_reads_it(shared_data):
    for name in ("cerknicko-jezero.gpx", "drive-2019-02-18.gpx"):
        content = (shared_data / "tracks" / name).read_bytes()
        points = [
            p for t in gpxpy.parse(content.decode()).tracks for s in t.segments for p in s.points
        ]
        ours = read(content, name).fixes
        assert ours.lon.tolist() == [p.longitude for p in points]
        assert ours.lat.tolist() == [p.latitude for p in points]
        assert (ours.time / SECOND).tolist() == [p.time.timestamp() for p in points]


def test_the_geolife_file(shared_data):
    content = (shared_data / "tracks" / "demodata_geolife.csv").read_bytes()
    track = read(content, "g.csv")
    assert len(track.fixes) == 5_908
    assert len(np.unique(track.fixes.segment)) == 5
    assert track.fixes.time[0] == 1_228_970_534 * SECOND  # 2008-12-11 04:42:14+00
    assert not track.problems


HOSTILE = {
    "billion laughs": '<!DOCTYPE g [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>',
    "a file of this machine": '<!DOCTYPE g [<!ENTITY a SYSTEM "file:///etc/passwd">]><gpx>&a;</gpx>',
    "a document type elsewhere": '<!DOCTYPE gpx SYSTEM "http://example.org/g.dtd"><gpx/>',
    "a parameter entity": '<!DOCTYPE g [<!ENTITY % a "x"> %a;]><kml/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused(name):
    with pytest.raises(TrackRefusedError, match="is refused: it declares"):
        read('<?xml version="1.0"?>' + HOSTILE[name])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<gpx><trk>", "not XML"),
        ("<html><body>no</body></html>", "neither GPX nor KML"),
        ("just words", "no column"),
        ("a,b\n1,2\n", "no column"),
        ('{"type": "FeatureCollection", "features": []}', "no track"),
        ("[1, 2", "not JSON"),
        (b"\x1f\x8bbroken", "no column|cannot be read"),
        (b"\x00\x01\x02\x03" * 50, "no column|cannot be read"),
    ],
)
def test_what_is_no_track_is_refused_with_one_line(content, why):
    with pytest.raises(TrackRefusedError, match=why) as caught:
        read(content)
    assert "\n" not in str(caught.value)


def test_an_empty_file_is_said():
    for content in (b"", b"\xef\xbb\xbf \n", "<gpx></gpx>", "time,lon,lat\n"):
        track = read(content)
        assert len(track.fixes) == 0
        assert "holds no fixes" in notes(track)


def test_a_file_that_breaks_off_keeps_what_it_has():
    text = GPX.format(v="1.1", n="1/1").partition("</trkseg>")[0]
    track = read(text)
    assert len(track.fixes) == 2
    assert "breaks off" in notes(track)


def test_rows_that_are_no_fix_are_problems():
    track = read(
        "time,lon,lat\n"
        "2020-03-15T08:00:00Z,36.1,35.8\n"
        "2020-03-15T08:00:01Z,136.1,95.8\n"
        "2020-03-15T08:00:02Z,x,35.8\n"
        "yesterday,36.1,35.8\n"
        "2020-03-15,36.1,35.8\n"
        "2020-03-15T08:00:05Z,0,0\n"
        ",36.1,35.8\n"
        "2020-02-30T08:00:00Z,36.1,35.8\n",
        "a.csv",
    )
    assert seconds(track) == [0]
    assert sorted(p.line for p in track.problems if p.severity == "row") == list(range(3, 10))
    assert "date alone" in notes(track)


@pytest.mark.parametrize(
    "text",
    [
        "time;lon;lat\n2020-03-15 08:00:00+00;36,1;35,8\n",
        "Timestamp\tLongitude\tLatitude\n2020-03-15T08:00:00Z\t36.1\t35.8\n",
        "t,X,Y\n1584259200,36.1,35.8\n",
        "t,X,Y\n1584259200000,36.1,35.8\n",
        "\ufefftime,lon,lat\n2020-03-15T10:00:00,36.1,35.8\n",  # Damascus: +02:00
    ],
)
def test_tables_of_many_hands(text):
    track = read(text, "a.csv")
    assert seconds(track) == [0]
    assert (track.fixes.lon[0], track.fixes.lat[0]) == (36.1, 35.8)
    assert ("read as Asia/Damascus" in notes(track)) == ("10:00" in text)


def test_a_table_without_times_is_for_place_only():
    track = read("lon,lat\n36.1,35.8\n36.2,35.8\n", "a.csv")
    assert not track.fixes.timed
    assert "place only" in notes(track)


def test_geojson_lines_and_points():
    line = """{"type": "Feature", "geometry": {"type": "LineString",
      "coordinates": [[36.1, 35.8, 9], [36.1001, 35.8]]},
      "properties": {"coordTimes": ["2020-03-15T08:00:00Z", "2020-03-15T08:00:01Z"]}}"""
    assert seconds(read(line, "a.geojson")) == [0, 1]
    multi = """{"type": "Feature", "geometry": {"type": "MultiLineString",
      "coordinates": [[[36.1, 35.8]], [[36.1001, 35.8]]]},
      "properties": {"coordTimes": [["2020-03-15T08:00:00Z"], ["2020-03-15T08:00:01Z"]]}}"""
    track = read(multi, "a.geojson")
    assert seconds(track) == [0, 1]
    assert track.fixes.segment.tolist() == [1, 2]
    points = """{"type": "FeatureCollection", "features": [{"type": "Feature",
      "geometry": {"type": "Point", "coordinates": [36.1, 35.8]},
      "properties": {"time": "2020-03-15T08:00:00Z"}}]}"""
    assert seconds(read(points, "a.geojson")) == [0]
    bare = '{"type": "LineString", "coordinates": [[36.1, 35.8], [36.2, 35.8]]}'
    assert not read(bare, "a.geojson").fixes.timed
    short = line.replace(', "2020-03-15T08:00:01Z"', "")
    track = read(short, "a.geojson")
    assert not track.fixes.timed
    assert "2 points and 1 times" in notes(track)


KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"
 xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><Placemark><gx:Track>
<when>2020-03-15T08:00:00Z</when><when>2020-03-15T08:00:01Z</when>
<gx:coord>36.1 35.8 0</gx:coord><gx:coord>36.1001 35.8 0</gx:coord></gx:Track></Placemark>
</Document></kml>"""


def test_kml_tracks_lines_and_points():
    assert seconds(read(KML, "a.kml")) == [0, 1]
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as made:
        made.writestr("doc.kml", KML)
    assert seconds(read(box.getvalue(), "a.kmz")) == [0, 1]
    line = "<kml><Placemark><LineString><coordinates>36.1,35.8,0 36.2,35.8,0\n</coordinates>"
    track = read(line + "</LineString></Placemark></kml>", "a.kml")
    assert len(track.fixes) == 2
    assert not track.fixes.timed
    mark = (
        "<Placemark><TimeStamp><when>2020-03-15T08:00:0{}Z</when></TimeStamp><Point>"
        "<coordinates>36.1,35.8</coordinates></Point></Placemark>"
    )
    track = read("<kml>" + mark.format(0) + mark.format(1) + "</kml>", "a.kml")
    assert seconds(track) == [0, 1]
    assert len(set(track.fixes.segment.tolist())) == 1


def test_some_fixes_without_a_time_are_problems():
    text = GPX.format(v="1.1", n="1/1").replace("<time>2020-03-15T08:00:02</time>", "")
    track = read(text)
    assert seconds(track) == [0, 1]
    assert "has no time and others" in notes(track)
