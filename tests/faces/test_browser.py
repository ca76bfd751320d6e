"""The page in a real browser: quiet, drawn, sortable by keyboard, readable light and dark."""

import base64
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.faces.conftest import SHA
from truceline.faces.briefing import briefing
from truceline.model.finding import Findings
from truceline.pipeline.check import Count
from truceline.pipeline.terms import Terms

pytestmark = pytest.mark.browser

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
# What a person reads against what is behind it (WCAG 2.2, 1.4.3), by the words of the element.
CONTRAST = """() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (c) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = c; pen.fillRect(0, 0, 1, 1);
    const d = pen.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const light = (c) => { const f = c.slice(0, 3).map((v) => { v /= 255;
    return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
  const behind = (node) => { for (let n = node; n; n = n.parentElement) {
    const c = rgba(getComputedStyle(n).backgroundColor); if (c[3] > .9) return c; } return [255, 255, 255, 1]; };
  const bad = []; let seen = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode, node = text.parentElement;
    if (!text.data.trim() || node.closest('script, style, .hide, .watermark, noscript, .maplibregl-map')) continue;
    if (!node.getClientRects().length || getComputedStyle(node).visibility === 'hidden') continue;
    const style = getComputedStyle(node);
    const a = light(rgba(node.ownerSVGElement ? style.fill : style.color)), b = light(behind(node));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    seen += 1;
    if (ratio < (large ? 3 : 4.5)) bad.push(`${text.data.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return { bad, seen };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("TRUCELINE_BROWSER") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if found is None:
        pytest.skip("no browser: install chromium, or name one in TRUCELINE_BROWSER")
    with api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=found, args=ARGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(terms: Terms, some: tuple[Findings, pa.Table], tmp_path_factory: Any) -> Path:
    findings, table = some
    counts = [Count("alpha.csv", SHA, 34, 34, 0, 0, 0)]
    path: Path = tmp_path_factory.mktemp("page") / "case.html"
    path.write_text(briefing(terms, findings, counts, [], events=table), encoding="utf-8")
    return path


@pytest.fixture
def open_page(browser: Any, file: Path) -> Iterator[Any]:
    """Open the page; what it says on the console and asks for is kept in ``heard``."""
    contexts = []

    def open_(width: int = 1280, scheme: str = "light", **other: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **other
        )
        contexts.append(context)
        page = context.new_page()
        page.heard = []
        page.on("console", lambda m: page.heard.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: page.heard.append(f"error: {e}"))
        page.on("request", lambda r: page.heard.append(r.url) if _outside(r.url, file) else None)
        page.goto(file.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()


def _outside(url: str, file: Path) -> bool:
    return not url.startswith(("blob:", "data:")) and url.split("#", maxsplit=1)[0] != file.as_uri()


def _ready(page: Any) -> Any:
    page.wait_for_selector("#map-figure[data-ready=yes]", timeout=60_000)
    return page


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_it_is_quiet_and_fits(open_page: Any, width: int, scheme: str) -> None:
    page = _ready(open_page(width, scheme))
    page.wait_for_timeout(500)
    assert page.heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_its_policy_stops_every_request(open_page: Any) -> None:
    page = open_page()
    stopped = page.evaluate(
        """async () => {
          const seen = [];
          addEventListener('securitypolicyviolation', (e) => seen.push(e.effectiveDirective));
          await fetch('https://example.org/').catch(() => 0);
          const image = new Image(); image.src = 'https://example.org/x.png';
          const script = document.createElement('script'); script.textContent = 'window.ran = 1';
          document.body.append(script);
          await new Promise((go) => setTimeout(go, 300));
          return { seen, ran: window.ran ?? 0 };
        }"""
    )
    assert {"connect-src", "img-src", "script-src-elem"} <= set(stopped["seen"])
    assert stopped["ran"] == 0


def test_the_map_is_drawn_and_answers(open_page: Any) -> None:
    page = _ready(open_page())
    page.wait_for_timeout(1_000)
    shot = base64.b64encode(page.locator("#map canvas").screenshot()).decode()
    colours = page.evaluate(
        """async (png) => {
          const image = new Image(); image.src = 'data:image/png;base64,' + png; await image.decode();
          const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
          const pen = canvas.getContext('2d'); pen.drawImage(image, 0, 0);
          const d = pen.getImageData(0, 0, canvas.width, canvas.height).data, seen = new Map();
          for (let k = 0; k < d.length; k += 4) { const c = `${d[k] >> 3},${d[k + 1] >> 3},${d[k + 2] >> 3}`; seen.set(c, (seen.get(c) ?? 0) + 1); }
          return [seen.size, Math.max(...seen.values()) / (d.length / 4)];
        }""",
        shot,
    )
    assert colours[0] > 40
    assert colours[1] < 0.95
    page.locator(".why").first.click()
    page.locator("tr.detail button", has_text="Show on the map").click()
    panel = page.locator("#panel .finding")
    assert "all military actions" in panel.inner_text()
    assert "SIMULATED: shelling reported" in panel.inner_text()
    assert SHA in panel.inner_text()


def test_without_webgl_the_plain_drawing_stays(open_page: Any) -> None:
    page = open_page()
    page.add_init_script(
        "const own = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        " return kind.startsWith('webgl') ? null : own.call(this, kind, ...more); };"
    )
    page.reload()
    page.wait_for_selector("#panel p")
    assert page.locator("svg.drawing").is_visible()
    assert not page.locator("#map").is_visible()
    assert page.locator("svg.drawing .marks g").count() > 0
    assert "no WebGL" in page.locator("#panel").inner_text()
    assert page.heard == []


def test_the_table_sorts_filters_and_opens_by_keyboard(open_page: Any) -> None:
    page = open_page()
    head = page.locator("th[data-key=p]")
    shares = "() => [...document.querySelectorAll('#table tbody tr:not([hidden])')].map((r) => Number(r.cells[7].textContent) || -1)"
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    down = page.evaluate(shares)
    assert down == sorted(down, reverse=True)
    assert len(set(down)) > 1
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.evaluate(shares) == sorted(down)
    assert page.locator("th[aria-sort]").count() == 1
    page.locator("select[name=verdict]").focus()
    page.keyboard.press("c")  # "cannot tell"
    page.keyboard.press("Tab")
    shown = page.locator("#table tbody tr:not([hidden]) .verdict").all_inner_texts()
    assert shown
    assert all("cannot tell" in text for text in shown)
    assert page.locator("#count").inner_text().startswith(f"{len(shown)} of 33")
    why = page.locator(".why").first
    why.focus()
    page.keyboard.press("Enter")
    assert why.get_attribute("aria-expanded") == "true"
    detail = page.locator(f"#{why.get_attribute('aria-controls')}")
    assert "of the place that the report allows" in detail.inner_text()
    page.keyboard.press("Enter")
    assert detail.count() == 0


def test_words_in_arabic_run_from_right_to_left(open_page: Any) -> None:
    page = open_page()
    page.locator("input[name=words]").fill("سراقب")
    page.locator(".why:visible").click()
    assert (
        page.locator("tr.detail dd span", has_text="سراقب").evaluate(
            "(node) => getComputedStyle(node).direction"
        )
        == "rtl"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(open_page: Any, scheme: str) -> None:
    page = _ready(open_page(1280, scheme))
    page.locator(".why").first.click()
    for summary in page.locator("summary").all():
        summary.click()
    found = page.evaluate(CONTRAST)
    assert found["seen"] > 300
    assert found["bad"] == []


def test_the_switch_changes_and_keeps_the_colours(open_page: Any) -> None:
    page = _ready(open_page(1280, "light"))
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.locator("#theme").click()
    after = page.evaluate(ground)
    assert after != before
    assert page.locator("#theme").get_attribute("aria-pressed") == "true"
    page.reload()
    assert page.evaluate(ground) == after
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 30, 35)"


def test_structure_for_a_screen_reader(open_page: Any) -> None:
    page = _ready(open_page())
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => +h.tagName[1])"
    )
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, a[href], [role=img], [role=region]')]
          .filter((n) => n.getClientRects().length && !n.closest('.maplibregl-ctrl'))
          .filter((n) => !(n.textContent.trim() || n.ariaLabel || n.labels?.length || n.getAttribute('aria-labelledby')))
          .map((n) => n.outerHTML.slice(0, 90))"""
    )
    assert unnamed == []
    assert page.evaluate(
        "[...document.querySelectorAll('table')].every((t) => t.querySelector('th[scope]'))"
    )
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((n) => n.id)")
    assert len(ids) == len(set(ids))
    targets = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.getAttribute('href').slice(1))"
    )
    assert set(targets) <= set(ids)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_small_targets_are_large_enough(open_page: Any) -> None:
    page = _ready(open_page(360))
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input:not([type=checkbox]), summary')]
          .map((n) => [n.textContent.trim().slice(0, 20), n.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.height < 24 || box.width < 24)).map(([text]) => text)"""
    )
    assert small == []
