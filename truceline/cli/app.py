"""The commands, put together. A command's module is loaded when the command is asked for."""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup

from truceline.version import __version__

_MODULES = {
    "demo": "monitoring",
    "check": "monitoring",
    "brief": "monitoring",
    "new": "case",
    "ingest": "case",
    "verify": "case",
    "rates": "case",
    "read": "reading",
    "answers": "answering",
    "decide": "deciding",
    "review": "deciding",
    "exercise": "exercise",
    "link": "linking",
    "obligations": "obligations",
    "evidence": "obligations",
    "patrols": "patrols",
    "track": "patrols_case",
    "announce": "patrols_case",
    "announced": "patrols_case",
    "watch": "patrols_case",
    "patrol-page": "patrols_case",
    "zones": "ground",
    "agreement": "agreement",
    "ledger": "ledger",
    "boundaries": "ground",
}
"""Each command, in the order of --help, and the module of truceline.cli that registers it."""


class _Commands(Mapping[str, Any]):
    """The commands by name. Asking for one loads its module; their names load nothing."""

    def __getitem__(self, name: str) -> Any:
        own = typer.Typer(rich_markup_mode=None)
        import_module(f"truceline.cli.{_MODULES[name]}").register(own)
        return typer.main.get_group(own).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


class _Group(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast(dict[str, Any], _Commands())


app = typer.Typer(
    name="truceline",
    cls=_Group,
    help="Monitor and verify ceasefires: judge reported events against the clauses of an agreement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"truceline {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line. Ends the process with the code that the contract gives."""
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        sys.exit(130)
