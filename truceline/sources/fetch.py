"""Get files from the public services of UCDP, ACLED, GDELT and NASA FIRMS.

Each function puts files into a folder as the service gave them, page by page, and can be
called again after a break: what is there already is not asked for again. The files are
then ingested like any other. An answer without rows is a problem and never silent.
"""

import csv
import io
import json
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from truceline.model.problem import Problem
from truceline.sources.web import FetchError, Web, save

UCDP_URL = "https://ucdpapi.pcr.uu.se/api"
ACLED_URL = "https://acleddata.com"
GDELT_URL = "http://data.gdeltproject.org/gdeltv2"
FIRMS_URL = "https://firms.modaps.eosdis.nasa.gov/api"

_UCDP_PAGE = 1000  # the most that the UCDP API gives in one page
_ACLED_PAGE = 5000  # the most that the ACLED API gives in one page
_FIRMS_DAYS = 5  # an area request may span so many days
FIRMS_SOURCES = (
    "VIIRS_SNPP_NRT", "VIIRS_SNPP_SP", "VIIRS_NOAA20_NRT", "VIIRS_NOAA20_SP",
    "VIIRS_NOAA21_NRT", "MODIS_NRT", "MODIS_SP", "LANDSAT_NRT",
)  # fmt: skip


@dataclass
class Fetched:
    """What a fetch brought: files in the order they should be ingested, rows, problems."""

    files: list[Path] = field(default_factory=list)
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)

    def empty(self, source: str, asked: str, why: str) -> None:
        """Note an answer without rows."""
        what = f"the service answered {asked} with no rows"
        self.problems.append(
            Problem(source=source, file=asked, line=0, what=what, todo=why, severity="file")
        )


def fetch_ucdp(
    folder: Path,
    *,
    version: str,
    token: str = "",
    filters: Mapping[str, str] | None = None,
    base: str = UCDP_URL,
    web: Web | None = None,
) -> Fetched:
    """GED events of one release, for instance ``version="23.1"``, as pages of JSON.

    ``filters`` are the API's own, like ``{"Country": "652", "StartDate": "2016-01-01"}``.
    Raises ``FetchError``, also when fewer rows came than the service said there are.
    """
    web = web or Web()
    web.hide = (*web.hide, token)
    headers = {"x-ucdp-access-token": token} if token else {}
    out, page, pages, total = Fetched(), 0, 1, 0
    folder.mkdir(parents=True, exist_ok=True)
    while page < pages:
        query = {"pagesize": str(_UCDP_PAGE), "page": str(page), **(filters or {})}
        target = folder / f"{_name('ucdp', version, filters)}-{page:05d}.json"
        if not target.exists():
            url = f"{base}/gedevents/{version}?{urllib.parse.urlencode(query)}"
            data = web.get(url, headers)
            _ucdp_page(data, web.shown(url))
            save(data, target)
        rows, pages, total = _ucdp_page(target.read_bytes(), str(target.name))
        out.rows += rows
        if rows:
            out.files.append(target)
        page += 1
    if out.rows < total:
        raise FetchError(
            f"UCDP says there are {total} events and gave {out.rows}; its data changed while "
            f"they were fetched: empty {folder.name} and fetch again"
        )
    if not out.rows:
        out.empty("ucdp", f"GED {version}", "check the release number and the filters")
    return out


def _ucdp_page(data: bytes, where: str) -> tuple[int, int, int]:
    try:
        answer = json.loads(data)
        return len(answer["Result"]), int(answer["TotalPages"]), int(answer["TotalCount"])
    except (ValueError, KeyError, TypeError) as error:
        raise FetchError(f"{where} is no answer of the UCDP API: {data[:200]!r}") from error


def acled_token(email: str, password: str, *, base: str = ACLED_URL, web: Web | None = None) -> str:
    """An access token for a myACLED account. Raises ``FetchError``."""
    web = web or Web()
    web.hide = (*web.hide, password)
    form = {
        "username": email,
        "password": password,
        "grant_type": "password",
        "client_id": "acled",
    }
    answer = web.post(f"{base}/oauth/token", form)
    if not isinstance(answer, dict) or not answer.get("access_token"):
        raise FetchError("ACLED gave no access token; check the e-mail address and the password")
    return str(answer["access_token"])


def fetch_acled(
    folder: Path,
    *,
    token: str,
    filters: Mapping[str, str],
    base: str = ACLED_URL,
    web: Web | None = None,
) -> Fetched:
    """ACLED events as pages of CSV, with the user's own token (see ``acled_token``).

    ``filters`` are the API's own, like ``{"country": "Syria", "event_date":
    "2020-03-01|2020-03-31", "event_date_where": "BETWEEN"}``. Raises ``FetchError``.
    """
    web = web or Web()
    web.hide = (*web.hide, token)
    out, page = Fetched(), 1
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        target = folder / f"{_name('acled', '', filters)}-{page:05d}.csv"
        data = target.read_bytes() if target.exists() else b""
        if not data or _acled_rows(data) < _ACLED_PAGE:  # the last page may have grown since
            query = {**filters, "_format": "csv", "limit": str(_ACLED_PAGE), "page": str(page)}
            url = f"{base}/api/acled/read?{urllib.parse.urlencode(query)}"
            data = web.get(url, {"Authorization": f"Bearer {token}"})
        rows = _acled_rows(data)
        if rows:
            save(data, target)
            out.files.append(target)
        out.rows += rows
        if rows < _ACLED_PAGE:
            break
        page += 1
    if not out.rows:
        out.empty(
            "acled",
            urllib.parse.urlencode(filters),
            "either there are no such events, or your account may not read them: ACLED "
            "answers both alike; try a query that must have rows",
        )
    return out


def _acled_rows(data: bytes) -> int:
    text = data.decode("utf-8-sig", "replace")
    if not text.strip():
        return 0
    if text.lstrip().startswith(("{", "<")):
        said = re.sub(r"\s+", " ", text)[:300]
        raise FetchError(f"ACLED did not answer with events: {said}")
    rows = csv.reader(io.StringIO(text, newline=""))
    header = next(rows)
    if "event_id_cnty" not in [h.strip().lower() for h in header]:
        raise FetchError(f"ACLED did not answer with events: {text[:300]}")
    return sum(1 for row in rows if row)


def fetch_gdelt(
    folder: Path,
    *,
    since: datetime,
    until: datetime,
    base: str = GDELT_URL,
    web: Web | None = None,
) -> Fetched:
    """GDELT 2.0 event files (one per 15 minutes, zipped) from ``since`` to before ``until``.

    Times are UTC. Files whose checksum is not the one in GDELT's own list are refused.
    ``rows`` stays 0: the files are not opened. Raises ``FetchError``.
    """
    web = web or Web(pause_s=0.2)
    out = Fetched()
    folder.mkdir(parents=True, exist_ok=True)
    for line in web.get(f"{base}/masterfilelist.txt").decode("ascii", "replace").splitlines():
        parts = line.split()
        if len(parts) != 3 or not parts[2].endswith(".export.CSV.zip"):
            continue
        stamp = parts[2].rpartition("/")[2].partition(".")[0]
        if not re.fullmatch(r"\d{14}", stamp):
            continue
        when = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if not since <= when < until:
            continue
        target = folder / f"{stamp}.export.CSV.zip"
        web.download(f"{base}/{target.name}", target, md5=parts[1])
        out.files.append(target)
    if not out.files:
        out.empty(
            "gdelt",
            f"{since.isoformat()} to {until.isoformat()}",
            "GDELT 2.0 begins on 18 February 2015; check the two times",
        )
    return out


def fetch_firms(
    folder: Path,
    *,
    key: str,
    area: tuple[float, float, float, float],
    since: date,
    until: date,
    sensor: str = "VIIRS_SNPP_NRT",
    base: str = FIRMS_URL,
    web: Web | None = None,
) -> Fetched:
    """FIRMS fires of an area as CSV, from ``since`` to ``until``, both days included.

    ``area`` is west, south, east, north in degrees. ``key`` is the user's own MAP_KEY.
    Raises ``FetchError`` and ValueError for an area or a sensor that cannot be.
    """
    west, south, east, north = area
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("the area must be west, south, east, north, in degrees")
    if sensor not in FIRMS_SOURCES:
        raise ValueError(f"{sensor} is no FIRMS source; use one of {', '.join(FIRMS_SOURCES)}")
    web = web or Web()
    web.hide = (*web.hide, key)
    out, day = Fetched(), since
    folder.mkdir(parents=True, exist_ok=True)
    box = ",".join(f"{edge:g}" for edge in area)
    while day <= until:
        days = min(_FIRMS_DAYS, (until - day).days + 1)
        target = folder / f"firms-{sensor}-{box.replace(',', '_')}-{day.isoformat()}-{days}.csv"
        if not target.exists():
            data = web.get(f"{base}/area/csv/{key}/{sensor}/{box}/{days}/{day.isoformat()}")
            if not data.lower().startswith(b"latitude,"):
                said = web.shown(data[:200].decode("utf-8", "replace")).strip()
                raise FetchError(f"FIRMS did not answer with fires: {said or 'nothing at all'}")
            save(data, target)
        rows = sum(1 for line in target.read_bytes().splitlines()[1:] if line.strip())
        out.rows += rows
        out.files.append(target)
        day += timedelta(days=days)
    if not out.rows:
        out.empty(
            "firms",
            f"{sensor} {box} {since} to {until}",
            "no fire was seen, or the sensor has no data for these days: NRT holds about "
            "two months, older days are in SP",
        )
    return out


def _name(source: str, version: str, filters: Mapping[str, str] | None) -> str:
    said = [version, *(f"{k}={v}" for k, v in sorted((filters or {}).items()))]
    return re.sub(r"[^\w.=-]+", "_", "-".join([source, *(s for s in said if s)]))[:150]
