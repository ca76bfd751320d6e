"""A polite and patient way to get files from a public service.

It waits between requests, obeys ``Retry-After``, tries again after a fault that may pass,
goes on where a download broke off, and never shows a key in what it says.
"""

import hashlib
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

AGENT = "truceline (ceasefire monitoring; polite client)"
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_CHUNK = 1 << 16


class FetchError(Exception):
    """A service did not give what was asked. The words say what it said and what to do."""


@dataclass
class Web:
    """One client.

    ``pause_s`` seconds lie between two requests. A passing fault is tried ``tries`` times,
    with waits that double from ``wait_s`` up to ``longest_wait_s``. ``hide`` are the keys
    that no message may show. ``tell`` hears of each wait and of bytes received.
    """

    pause_s: float = 1.0
    tries: int = 5
    wait_s: float = 2.0
    longest_wait_s: float = 120.0
    timeout_s: float = 60.0
    hide: tuple[str, ...] = ()
    tell: Callable[[str], None] = lambda words: None
    _last: float = field(default=0.0, repr=False)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """What is at ``url``, whole. Raises ``FetchError``."""
        return self._patiently(lambda: self._request(url, headers or {}, None), url)

    def post(self, url: str, form: Mapping[str, str]) -> Any:
        """The JSON answer to a form. Raises ``FetchError``."""
        body = urllib.parse.urlencode(form).encode()
        answer = self._patiently(lambda: self._request(url, {}, body), url)
        try:
            return json.loads(answer)
        except ValueError as error:
            raise FetchError(f"{self.shown(url)} did not answer with JSON") from error

    def download(self, url: str, target: Path, *, md5: str = "") -> bool:
        """Put ``url`` at ``target``, going on where an earlier try broke off.

        Returns False where the file was there already. With ``md5`` the file must match it.
        """
        if target.exists() and (not md5 or _md5(target) == md5):
            return False
        part = target.with_name(target.name + ".part")
        self._patiently(lambda: self._append(url, part), url)
        if md5 and (found := _md5(part)) != md5:
            part.unlink()
            raise FetchError(
                f"{self.shown(url)} came with the checksum {found} and not {md5}; try again"
            )
        settle(part, target)
        return True

    def shown(self, text: str) -> str:
        """The text without keys."""
        for key in self.hide:
            if key:
                text = text.replace(key, "***").replace(urllib.parse.quote(key, safe=""), "***")
        return text

    # ---- inside ----------------------------------------------------------------------
    def _patiently(self, act: Callable[[], bytes], url: str) -> bytes:
        wait = self.wait_s
        for attempt in range(1, self.tries + 1):
            try:
                return act()
            except urllib.error.HTTPError as error:
                said = self.shown(error.read(500).decode("utf-8", "replace").strip())
                asked = _retry_after(error.headers.get("Retry-After", ""))
                what = f"{self.shown(url)} answered {error.code}: {said or error.reason}"
                if error.code not in _PASSING:
                    raise FetchError(what) from None
            except (urllib.error.URLError, TimeoutError, ConnectionError, HTTPException) as error:
                asked, what = 0.0, self.shown(f"{url} could not be reached: {error}")
            if attempt == self.tries:
                break
            pause = min(max(wait, asked), self.longest_wait_s)
            self.tell(f"{what}; waiting {pause:g} s")
            time.sleep(pause)
            wait *= 2
        raise FetchError(f"{what}; gave up after {self.tries} tries, try again later")

    def _open(self, url: str, headers: Mapping[str, str], body: bytes | None) -> Any:
        if not url.startswith(("https://", "http://")):
            raise FetchError(f"{self.shown(url)} is no web address")
        rest = self._last + self.pause_s - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        self._last = time.monotonic()
        request = urllib.request.Request(url, body, {"User-Agent": AGENT, **headers})  # noqa: S310 - checked above
        return urllib.request.urlopen(request, timeout=self.timeout_s)  # noqa: S310 - checked above

    def _request(self, url: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
        with self._open(url, headers, body) as answer:
            data: bytes = answer.read()
            length = answer.headers.get("Content-Length")
            if length is not None and len(data) < int(length):
                raise ConnectionError("the answer broke off")
            return data

    def _append(self, url: str, part: Path) -> bytes:
        had = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={had}-"} if had else {}
        try:
            answer = self._open(url, headers, None)
        except urllib.error.HTTPError as error:
            if error.code == 416 and had:  # there was nothing left, or the file has changed
                part.unlink()
                raise ConnectionError("the part on disk does not fit the file") from error
            raise
        with answer, part.open("ab" if answer.status == 206 else "wb") as file:
            expected = answer.headers.get("Content-Length")
            got = 0
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                got += len(chunk)
            if expected is not None and got < int(expected):
                raise ConnectionError("the download broke off")
        return b""


def settle(part: Path, target: Path) -> None:
    """Make a file that is complete appear under its name, or not at all."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)


def save(data: bytes, target: Path) -> None:
    """Write a whole file at once."""
    part = target.with_name(target.name + ".part")
    part.write_bytes(data)
    settle(part, target)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _retry_after(words: str) -> float:
    if words.isdecimal():
        return float(words)
    try:
        return max(0.0, parsedate_to_datetime(words).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0
