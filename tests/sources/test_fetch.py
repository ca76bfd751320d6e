"""The fetchers against a small server on this machine that behaves as the real ones do."""

import hashlib
import io
import json
import threading
import urllib.parse
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from truceline.model.batch import Context
from truceline.sources import SOURCES
from truceline.sources.fetch import (
    acled_token,
    fetch_acled,
    fetch_firms,
    fetch_gdelt,
    fetch_ucdp,
)
from truceline.sources.gdelt import HEADERS
from truceline.sources.web import FetchError, Web

KEY = "k3y-of-the-user"
FIRE = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight\n"
ACLED = "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,actor2,latitude,longitude,geo_precision,fatalities,timestamp\n"


def gdelt_zip() -> bytes:
    row = dict.fromkeys(HEADERS[61], "")
    row |= {"GLOBALEVENTID": "1", "SQLDATE": "20200306", "EventCode": "190", "ActionGeo_Type": "4"}
    row |= {"ActionGeo_Lat": "35.9", "ActionGeo_Long": "36.6"}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("20200306000000.export.CSV", "\t".join(row.values()) + "\n")
    return file.getvalue()


class Service(ThreadingHTTPServer):
    """All four services. ``faults`` are answers to give first, by beginning of the path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked: list[str] = []
        self.ranges: list[str] = []
        self.faults: list[tuple[int, str, dict[str, str]]] = []
        self.ucdp, self.acled, self.fires = 2_500, 5_200, 3
        self.break_off = False
        self.zip = gdelt_zip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: Service

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def give(self, body: str | bytes, status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if form["password"] != ["right"]:
            self.give('{"error": "invalid_grant"}', 401)
        else:
            self.give(json.dumps({"access_token": KEY, "expires_in": 86400}))

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.faults:
            status, body, headers = self.server.faults.pop(0)
            self.give(body, status, **headers)
            return
        path, _, query = self.path.partition("?")
        said = dict(urllib.parse.parse_qsl(query))
        if path.startswith("/gedevents/"):
            self.ged(int(said["page"]), int(said["pagesize"]))
        elif path == "/api/acled/read":
            self.acled_page(int(said["page"]), int(said["limit"]))
        elif path.startswith("/area/csv/"):
            self.fires(path.split("/")[3:])
        elif path == "/masterfilelist.txt":
            md5 = hashlib.md5(self.server.zip, usedforsecurity=False).hexdigest()
            name = f"{self.server.url}/20200306000000"
            self.give(f"9 {md5} {name}.export.CSV.zip\n9 {md5} {name}.mentions.CSV.zip\nbroken\n")
        else:
            self.archive()

    def ged(self, page: int, size: int) -> None:
        total = self.server.ucdp
        one = {"type_of_violence": 1, "where_prec": 1, "latitude": 35.9, "longitude": 36.6}
        one |= {"date_prec": 1, "date_start": "2016-01-01", "date_end": "2016-01-01"}
        one |= {"event_clarity": 1, "side_a": "A", "side_b": "B", "best": 1, "low": 1, "high": 1}
        rows = [{"id": i, **one} for i in range(total)[page * size : (page + 1) * size]]
        self.give(
            json.dumps({"TotalCount": total, "TotalPages": -(-total // size), "Result": rows})
        )

    def acled_page(self, page: int, size: int) -> None:
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            self.give('{"message": "Access denied"}', 403)
            return
        ids = range(self.server.acled)[(page - 1) * size : page * size]
        rows = "".join(
            f"SYR{i},2020-03-06,1,Battles,Armed clash,A,B,35.9,36.6,1,0,1584000000\n" for i in ids
        )
        self.give(ACLED + rows if rows or page > 1 else "")

    def fires(self, said: list[str]) -> None:
        if said[0] != KEY:
            self.give("Invalid MAP_KEY.", 400)
            return
        day = said[4]
        rows = "".join(
            f"35.9,36.{i},330,0.4,0.4,{day},0045,N,VIIRS,n,2.0NRT,290,2.1,N\n"
            for i in range(self.server.fires)
        )
        self.give(FIRE + rows)

    def archive(self) -> None:
        data = self.server.zip
        asked = self.headers.get("Range", "")
        self.server.ranges.append(asked)
        if self.server.break_off:
            self.server.break_off = False
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:40])
            return
        start = int(asked[6:-1]) if asked else 0
        self.give(data[start:], 206 if asked else 200)


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def web(**more: Any) -> Web:
    return Web(pause_s=0, wait_s=0.01, longest_wait_s=0.05, timeout_s=5, **more)


def parsed(source: str, files: list[Path]) -> int:
    total = 0
    for path in files:
        with path.open("rb") as file:
            for batch in SOURCES[source].parse(file, name=path.name, sha256="", context=Context()):
                assert not batch.row_problems
                total += batch.events.num_rows
    return total


def test_ucdp_in_pages_and_again_without_asking(service: Service, tmp_path: Path) -> None:
    got = fetch_ucdp(tmp_path, version="23.1", base=service.url, web=web())
    assert (len(got.files), got.rows, got.problems) == (3, 2_500, [])
    assert parsed("ucdp", got.files) == 2_500
    asked = len(service.asked)
    got.files[1].unlink()  # as if the fetch had been killed there
    again = fetch_ucdp(tmp_path, version="23.1", base=service.url, web=web())
    assert again.rows == 2_500
    assert len(service.asked) == asked + 1


def test_ucdp_says_when_there_is_nothing_and_when_rows_are_missing(
    service: Service, tmp_path: Path
) -> None:
    service.ucdp = 0
    got = fetch_ucdp(tmp_path / "a", version="99.9", base=service.url, web=web())
    assert "no rows" in str(got.problems[0])
    service.faults = [(200, json.dumps({"TotalCount": 9, "TotalPages": 1, "Result": []}), {})]
    with pytest.raises(FetchError, match="there are 9 events and gave 0"):
        fetch_ucdp(tmp_path / "b", version="23.1", base=service.url, web=web())
    service.faults = [(200, "<html>maintenance</html>", {})]
    with pytest.raises(FetchError, match="no answer of the UCDP API"):
        fetch_ucdp(tmp_path / "c", version="23.1", base=service.url, web=web())
    assert not list((tmp_path / "c").iterdir())


def test_limits_are_obeyed_and_passing_faults_are_outlasted(
    service: Service, tmp_path: Path
) -> None:
    heard: list[str] = []
    service.faults = [(429, "slow down", {"Retry-After": "0"}), (503, "", {})]
    got = fetch_ucdp(tmp_path, version="23.1", base=service.url, web=web(tell=heard.append))
    assert got.rows == 2_500
    assert "429" in heard[0]
    assert "503" in heard[1]


def test_a_fault_that_stays_is_told(service: Service, tmp_path: Path) -> None:
    service.faults = [(500, "broken", {})] * 9
    with pytest.raises(FetchError, match="gave up after 5 tries"):
        fetch_ucdp(tmp_path, version="23.1", base=service.url, web=web())
    service.faults = [(404, "no such release", {})]
    with pytest.raises(FetchError, match="no such release"):
        fetch_ucdp(tmp_path, version="23.1", base=service.url, web=web())


def test_acled_with_a_token(service: Service, tmp_path: Path) -> None:
    token = acled_token("me@example.org", "right", base=service.url, web=web())
    got = fetch_acled(
        tmp_path, token=token, filters={"country": "Syria"}, base=service.url, web=web()
    )
    assert (len(got.files), got.rows) == (2, 5_200)
    assert parsed("acled", got.files) == 5_200


def test_acled_refusals_and_an_empty_answer(service: Service, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="401"):
        acled_token("me@example.org", "wrong", base=service.url, web=web())
    with pytest.raises(FetchError, match="Access denied"):
        fetch_acled(tmp_path, token=KEY[1:], filters={}, base=service.url, web=web())
    service.acled = 0
    got = fetch_acled(tmp_path, token=KEY, filters={"country": "X"}, base=service.url, web=web())
    assert got.files == []
    assert "your account may not read them" in str(got.problems[0])
    service.faults = [(200, '{"status": 200, "messages": ["quota reached"]}', {})]
    with pytest.raises(FetchError, match="quota reached"):
        fetch_acled(tmp_path, token=KEY, filters={}, base=service.url, web=web())


def test_gdelt_goes_on_where_a_download_broke_off(service: Service, tmp_path: Path) -> None:
    service.break_off = True
    since, until = datetime(2020, 3, 6, tzinfo=UTC), datetime(2020, 3, 7, tzinfo=UTC)
    got = fetch_gdelt(tmp_path, since=since, until=until, base=service.url, web=web())
    assert service.ranges == ["", "bytes=40-"]
    assert parsed("gdelt", got.files) == 1
    fetch_gdelt(tmp_path, since=since, until=until, base=service.url, web=web())
    assert len(service.ranges) == 2
    none = fetch_gdelt(tmp_path, since=until, until=until, base=service.url, web=web())
    assert "no rows" in str(none.problems[0])


def test_gdelt_refuses_a_file_that_is_not_what_the_list_says(
    service: Service, tmp_path: Path
) -> None:
    since, until = datetime(2020, 3, 6, tzinfo=UTC), datetime(2020, 3, 7, tzinfo=UTC)
    listed = service.zip
    service.faults = [(200, f"9 {'0' * 32} {service.url}/20200306000000.export.CSV.zip\n", {})]
    with pytest.raises(FetchError, match="checksum"):
        fetch_gdelt(tmp_path, since=since, until=until, base=service.url, web=web())
    assert service.zip == listed
    assert list(tmp_path.iterdir()) == []


def test_firms_in_windows_of_days(service: Service, tmp_path: Path) -> None:
    said = {"area": (35.5, 35.0, 37.0, 36.5), "since": date(2020, 3, 1), "until": date(2020, 3, 7)}
    got = fetch_firms(tmp_path, key=KEY, base=service.url, web=web(), **said)  # type: ignore[arg-type]  # one dict of several types
    assert [p.split("/")[-2:] for p in service.asked] == [["5", "2020-03-01"], ["2", "2020-03-06"]]
    assert (got.rows, parsed("firms", got.files)) == (6, 6)
    assert KEY not in "".join(p.name for p in got.files)
    service.fires = 0
    none = fetch_firms(tmp_path / "b", key=KEY, base=service.url, web=web(), **said)  # type: ignore[arg-type]  # likewise
    assert "no fire was seen" in str(none.problems[0])
    with pytest.raises(FetchError, match="Invalid MAP_KEY") as caught:
        fetch_firms(tmp_path / "c", key="wr0ng", base=service.url, web=web(), **said)  # type: ignore[arg-type]  # likewise
    assert "wr0ng" not in str(caught.value)


def test_a_folder_or_area_that_cannot_be_is_refused(tmp_path: Path) -> None:
    day = date(2020, 3, 1)
    with pytest.raises(ValueError, match="west, south, east, north"):
        fetch_firms(tmp_path, key=KEY, area=(37, 35, 36, 36), since=day, until=day)
    with pytest.raises(ValueError, match="no FIRMS source"):
        fetch_firms(tmp_path, key=KEY, area=(35, 35, 36, 36), since=day, until=day, sensor="X")
    with pytest.raises(FetchError, match="no web address"):
        web().get("file:///etc/passwd")
