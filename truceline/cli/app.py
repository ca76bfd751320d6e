"""The commands, put together. A command's module is loaded when the command is asked for."""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup

from truceline.version import __version__


class _Command(NamedTuple):
    module: str  # of truceline.cli, that registers it
    says: str  # the first paragraph of its help


_COMMANDS = {
    "demo": _Command(
        "monitoring",
        "Run the whole line on the built-in exercise (SIMULATED) and end.",
    ),
    "check": _Command(
        "monitoring",
        "Judge events against an agreement: findings, with their reasons.",
    ),
    "brief": _Command(
        "monitoring",
        "Write the briefing: one page that needs no network.",
    ),
    "new": _Command(
        "case",
        "Make a case folder: the agreement, its geometry and the boundaries it needs.",
    ),
    "ingest": _Command(
        "case",
        "Take files into a case: nothing lost, nothing twice; safe against a killed process.",
    ),
    "verify": _Command(
        "case",
        "Prove that a case holds: originals, counts and the chained audit log.",
    ),
    "rates": _Command(
        "case",
        "Compare reports before and after the cessation starts, per zone and per source.",
    ),
    "read": _Command(
        "reading",
        "Read a document. Nothing is sent anywhere unless a second reader is named.",
    ),
    "answers": _Command(
        "answering",
        "List earlier acts that each incident may have answered, with what speaks for each.",
    ),
    "decide": _Command(
        "deciding",
        "Decide which events are one happening: join, split off, or never join.",
    ),
    "review": _Command(
        "deciding",
        "Review a finding: alleged, under-inquiry, then confirmed, unfounded or inconclusive.",
    ),
    "exercise": _Command(
        "exercise",
        "Make SIMULATED reports by several sources under an agreement, and write the truth.",
    ),
    "link": _Command(
        "linking",
        "Link what several sources say about one happening: every event in exactly one incident.",
    ),
    "obligations": _Command(
        "obligations",
        "Show due dates with every reading, their states, and the evidence.",
    ),
    "evidence": _Command(
        "obligations",
        "Enter evidence about an obligation. Nothing that was entered is ever overwritten.",
    ),
    "patrols": _Command(
        "patrols",
        "Find patrols in tracks: what was covered, what was missed, and where all were together.",
    ),
    "track": _Command(
        "patrols_case",
        "Keep patrols' tracks in a case: the originals, and an entry for each.",
    ),
    "announce": _Command(
        "patrols_case",
        "Enter announced and reported patrols into a case's ledger; disagreeing numbers stay.",
    ),
    "announced": _Command(
        "patrols_case",
        "The ledger of announced patrols and its counts; where counts disagree, both.",
    ),
    "watch": _Command(
        "patrols_case",
        "Enter who could see where and when; then print the shares of zone and time per week.",
    ),
    "patrol-page": _Command(
        "patrols_case",
        "Write a page on a case's patrols; runs and gaps are closed unless cleared, and delayed.",
    ),
    "zones": _Command(
        "ground",
        "Write the zones, lines and routes of an agreement as GeoJSON.",
    ),
    "agreement": _Command(
        "agreement",
        "Agreements: the library and files of your own.",
    ),
    "ledger": _Command(
        "ledger",
        "Claims and statements: who gave which figure, who said what, and where they differ.",
    ),
    "boundaries": _Command(
        "ground",
        "Admin units that commands without a case may use.",
    ),
}
"""Each command, in the order of --help. A test holds what they say against the commands."""


class _Commands(Mapping[str, Any]):
    """The commands by name. Asking for one loads its module; their names load nothing."""

    def __getitem__(self, name: str) -> Any:
        own = typer.Typer(rich_markup_mode=None)
        import_module(f"truceline.cli.{_COMMANDS[name].module}").register(own)
        return typer.main.get_group(own).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Group(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast(dict[str, Any], _Commands())

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list in --help. What it says stands above: no command is loaded for it."""
        loading = self.commands
        self.commands = {
            name: TyperCommand(name, help=command.says) for name, command in _COMMANDS.items()
        }
        try:
            super().format_commands(ctx, formatter)
        finally:
            self.commands = loading


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


class _NoPandas:
    """Arrow asks for pandas when it makes its first array, and loads it where it is installed:
    half a second, and no command has a use for it but Splink, which may have it.
    """

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas" and "splink" not in sys.modules:
            raise ModuleNotFoundError("only Splink has a use for pandas here", name=name)


def main() -> None:
    """Run the command line. Ends the process with the code that the contract gives."""
    without = _NoPandas()
    sys.meta_path.insert(0, without)
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        sys.exit(130)
    finally:
        sys.meta_path.remove(without)
