"""Fetch a document: from a file, standard input or a public web address.

A web address must not reach private addresses: every address that the host's name
resolves to must be public, the connection goes to the very address that was checked (so a
name that changes its mind between check and call gains nothing), and every redirect is
checked anew. No proxy, no cookie, no credential is used.
"""

import http.client
import ipaddress
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

MAX_BYTES = 20_000_000
_PORTS = frozenset({80, 443, 8080, 8443})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], list[str]]


class Unfetchable(OSError):  # noqa: N818 - a plain word: the document cannot be fetched
    """The document cannot be had; the message says which, why and what to do."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host's name."""
    return sorted(
        {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    )


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet (IPv4 inside IPv6 is looked at too)."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None and not is_public(str(inner)):
            return False
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _checked(url: str, lookup: Resolve) -> tuple[str, str, int, str, str]:
    """(scheme, host, port, path, address) of a URL that may be fetched."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Unfetchable(f"{url}: is no web address ({error})") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unfetchable(f"{url}: only http and https addresses are fetched")
    if parts.username or parts.password:
        raise Unfetchable(f"{parts.hostname}: an address with a password in it is not fetched")
    if port not in _PORTS:
        raise Unfetchable(
            f"{url}: port {port} is not fetched; save the page to a file and read that"
        )
    try:
        addresses = lookup(parts.hostname, port)
    except OSError as error:
        raise Unfetchable(
            f"{url}: its host cannot be found ({error}); is there a network?"
        ) from None
    closed = [a for a in addresses if not is_public(a)]
    if closed or not addresses:
        raise Unfetchable(
            f"{url}: leads to a private address; save the page to a file and read that"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port, path, addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one checked address, whatever the host's name says by now."""

    def __init__(
        self, host: str, port: int, address: str, timeout: float, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address, self._context = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = (
            self._context.wrap_socket(plain, server_hostname=self.host) if self._context else plain
        )


def fetch_url(
    url: str, *, timeout: float = 20.0, max_bytes: int = MAX_BYTES, lookup: Resolve = resolve
) -> bytes:
    """The bytes behind a public http(s) address; at most five redirects.

    Raises:
        Unfetchable: not public, not found, too large, or too slow.
    """
    for _ in range(6):
        scheme, host, port, path, address = _checked(url, lookup)
        context = ssl.create_default_context() if scheme == "https" else None
        connection = _Pinned(host, port, address, timeout, context)
        try:
            connection.request(
                "GET",
                path,
                headers={
                    "User-Agent": "truceline",
                    "Accept": "text/html, application/pdf, text/plain",
                    "Accept-Encoding": "identity",
                },
            )
            answer = connection.getresponse()
            if answer.status in _REDIRECTS and answer.headers.get("Location"):
                url = urljoin(url, answer.headers["Location"])
                continue
            if answer.status != 200:
                raise Unfetchable(f"{url}: answered {answer.status} {answer.reason}")
            data = answer.read(max_bytes + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, Unfetchable):
                raise
            raise Unfetchable(f"{url}: cannot be fetched ({error})") from None
        finally:
            connection.close()
        if len(data) > max_bytes:
            raise Unfetchable(
                f"{url}: is larger than {max_bytes / 1e6:.0f} MB; save it and cut it into parts"
            )
        return data
    raise Unfetchable(f"{url}: redirects too often")


def load(name: str, *, max_bytes: int = MAX_BYTES, lookup: Resolve = resolve) -> bytes:
    """The bytes of a file, of standard input (``-``) or of a web address.

    Raises:
        Unfetchable: one clear line says what is wrong with which name.
    """
    if name == "-":
        return sys.stdin.buffer.read(max_bytes + 1)
    if "://" in name:
        return fetch_url(name, max_bytes=max_bytes, lookup=lookup)
    path = Path(name)
    try:
        if path.is_dir():
            raise Unfetchable(f"{name}: is a folder; name one document")
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except Unfetchable:
        raise
    except OSError as error:
        raise Unfetchable(f"{name}: cannot be opened ({error.strerror or error})") from None
