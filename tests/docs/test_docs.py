"""The documents say what is so: their commands exist, their Python runs."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from truceline.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _commands(text: str) -> list[list[str]]:
    inline = re.findall(r"`(?:\.venv/bin/)?truceline ([^`\n]+)`", text)
    fenced = [
        m
        for block in re.findall(r"```sh\n(.*?)```", text, re.S)
        for m in re.findall(r"^\s*(?:\.venv/bin/)?truceline (.+)$", block, re.M)
    ]
    return [shlex.split(re.sub(r"#.*", "", c)) for c in inline + fenced]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_in_the_documents_exist(page: Path) -> None:
    for words in _commands(page.read_text(encoding="utf-8")):
        command = get_command(app)
        rest = list(words)
        while rest and hasattr(command, "commands"):
            word = rest.pop(0)
            assert word in command.commands, f"{page.name}: no command '{' '.join(words)}'"
            command = command.commands[word]
        options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
        for word in rest:
            if word.startswith("--"):
                assert word.split("=")[0] in options, f"{page.name}: {words}: no option {word}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} leads to {target}"


def test_the_python_page_runs() -> None:
    pytest.importorskip("geopandas")
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    scope: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.S):
        exec(compile(block, "docs/python.md", "exec"), scope)  # noqa: S102  # our own document
