"""A small local server that speaks the protocol, faults included."""

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from truceline.reading import read
from truceline.sources.second_reader import SecondReaderFault, ask, differences

TEXT = 'The truce begins on 5 May 2024. "We shall keep it for our children," said Ana Lopez. Fighting killed 12 people.'


class Reader(http.server.BaseHTTPRequestHandler):
    answer: object = None
    status = 200
    raw: bytes | None = None
    asked: list[dict] = []  # noqa: RUF012 - one server, one list

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append(body)
        data = (
            self.raw
            if self.raw is not None
            else json.dumps(
                {"choices": [{"message": {"content": json.dumps(self.answer)}}]}
            ).encode()
        )
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, type[Reader]]]:
    handler = type("Handler", (Reader,), {"asked": []})
    running = http.server.HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/v1", handler
    running.shutdown()
    running.server_close()


def test_only_what_stands_word_for_word_is_kept(server: tuple[str, type[Reader]]) -> None:
    url, handler = server
    handler.answer = {
        "terms": [
            {"kind": "cessation", "start": "2024-05-05", "words": "The truce begins on 5 May 2024"},
            {"kind": "zone", "words": "a zone of 5 km"},
        ],
        "claims": [
            {"measure": "killed", "value": 12, "words": "killed 12 people"},
            {"measure": "killed", "value": 1200, "words": "killed 12 people"},
        ],
        "statements": [
            {
                "speaker": "Ana Lopez",
                "quote": "We shall keep it for our children",
                "words": "We shall keep it for our children",
            },
            {"speaker": "x", "quote": "We lied", "words": "said Ana Lopez"},
        ],
    }
    second = ask(TEXT, url=url, model="small")
    assert [len(second.kept[f]) for f in ("terms", "claims", "statements")] == [1, 1, 1]
    assert len(second.dropped) == 3
    for items in second.kept.values():
        for item in items:
            for e in item["evidence"]:
                assert TEXT[e["start"] : e["end"]] == e["text"]
    assert handler.asked[0]["model"] == "small"
    shown = differences(read(TEXT.encode()).to_json(), second)
    assert all(d["only"] in ("first", "second") for d in shown)
    assert not [d for d in shown if d["field"] == "statements"]


@pytest.mark.parametrize(
    ("raw", "status", "says"),
    [
        (b"not json", 200, "not the JSON"),
        (b"{}", 200, "not the JSON"),
        (b'{"choices": []}', 200, "not the JSON"),
        (b'{"choices": [{"message": {"content": "[1, 2]"}}]}', 200, "no object"),
        (b'{"choices": [{"message": {"content": null}}]}', 200, "not the JSON"),
        (b"no", 500, "500"),
        (b"no", 401, "401"),
    ],
)
def test_faults(server: tuple[str, type[Reader]], raw: bytes, status: int, says: str) -> None:
    url, handler = server
    handler.raw, handler.status = raw, status
    with pytest.raises(SecondReaderFault, match=says):
        ask(TEXT, url=url)


def test_odd_items_are_counted_and_dropped(server: tuple[str, type[Reader]]) -> None:
    url, handler = server
    handler.answer = {"terms": "none", "claims": [3, {"words": 5}, {}], "statements": None}
    second = ask(TEXT, url=url)
    assert len(second.dropped) == 3
    assert not any(second.kept.values())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v1", "file:///etc/passwd", "nonsense", "http://[bad"]
)
def test_what_cannot_be_asked(url: str) -> None:
    with pytest.raises(SecondReaderFault):
        ask(TEXT, url=url, timeout=2)
