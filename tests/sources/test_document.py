import http.server
import threading
from pathlib import Path

import pytest

from truceline.sources.document import Unfetchable, fetch_url, is_public, load


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.9.9",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "nonsense",
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/x",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "http://user:pw@example.org/",
        "http://example.org:22/",
        "http://2130706433/",
        "http://localhost/",
        "gopher://example.org",
        "http://[bad",
        "https://",
    ],
)
def test_closed_urls(url: str) -> None:
    with pytest.raises(Unfetchable) as error:
        fetch_url(url, lookup=lambda host, port: ["127.0.0.1"])
    assert "\n" not in str(error.value)


def test_a_host_with_one_private_address_among_public_ones_is_closed() -> None:
    with pytest.raises(Unfetchable, match="private"):
        fetch_url("http://example.org/", lookup=lambda host, port: ["8.8.8.8", "10.0.0.1"])


def test_a_redirect_to_a_private_address_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Redirects(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://inside.example/secret")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Redirects)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    seen: list[str] = []

    def lookup(host: str, asked: int) -> list[str]:
        seen.append(host)
        return ["127.0.0.1"] if host == "outside.example" else ["10.0.0.1"]

    import truceline.sources.document as module

    monkeypatch.setattr(module, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(module, "_PORTS", frozenset({80, port}))
    try:
        with pytest.raises(Unfetchable, match="private"):
            fetch_url(f"http://outside.example:{port}/", lookup=lookup)
    finally:
        server.shutdown()
        server.server_close()
    assert seen == ["outside.example", "inside.example"]


def test_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    assert load(str(tmp_path / "a.txt")) == b"hello"
    with pytest.raises(Unfetchable, match="folder"):
        load(str(tmp_path))
    with pytest.raises(Unfetchable, match="cannot be opened"):
        load(str(tmp_path / "none.txt"))
