"""What can still be read of a file that has faults of form, so that all its faults come at once.

A part that the form refuses is left out, and the rest is asked for faults of names and
windows. Paths lead back into the file as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from truceline.model.agreement import Agreement
from truceline.model.provision import KINDS
from truceline.model.references import Fault, Path, faults

# What stands in for a required part that is missing or wrong, so that the rest can be asked.
_STAND_INS = {"agreement": "unnamed", "title": "", "timezone": "UTC"}
_NAMED = ("anchors", "parties", "groups", "places", "lines", "zones")


@dataclass(frozen=True)
class Salvage:
    """What could still be read: the agreement of the good parts, and its further faults.

    ``origin`` leads from a path in that agreement back into the file as it is.
    """

    agreement: Agreement
    origins: dict[Path, Path]
    faults: tuple[Fault, ...]

    def origin(self, path: Path) -> Path:
        """Where a path of the salvaged agreement is in the file."""
        return _origin(self.origins, path)


def salvage(tree: dict[str, Any]) -> Salvage | None:
    """The parts of ``tree`` whose form is good, and their faults of names and windows."""
    removed: set[Path] = set()
    for _ in range(8):  # each round leaves out more; a file that needs more is beyond salvage
        origins: dict[Path, Path] = {(): ()}
        kept = _mended(_without(tree, removed, (), (), origins))
        try:
            agreement = Agreement.model_validate(kept)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                path = _path(kept, item["loc"], missing=item["type"] == "missing")
                if not path or path not in origins:
                    return None
                removed.add(origins[path])
            continue
        defined = {name for key in _NAMED for name in _names(tree.get(key))}
        found = []
        for path, message in faults(agreement):
            unknown = re.match(r"'(.+?)' is no ", message)
            if unknown and unknown[1] in defined:
                continue  # it is defined, in a part that was left out
            origin = _origin(origins, path)
            if "; add '" in message and any(r[:2] == origin[:2] for r in removed):
                continue  # what it misses may be what was left out there
            found.append((origin, message))
        return Salvage(agreement, origins, tuple(found))
    return None


def _mended(kept: dict[str, Any]) -> dict[str, Any]:
    """``kept`` with something in the place of what it must have: a name, an id, one kind."""
    lists = [kept.get("provisions"), *_each(kept.get("amendments"), "provisions")]
    for number, provisions in enumerate(lists):
        for place, provision in enumerate(provisions if isinstance(provisions, list) else ()):
            if isinstance(provision, dict):
                provision.setdefault("id", f"unnamed {number} {place}")
                kinds = [kind for kind in KINDS if kind in provision]
                for kind in kinds[1:]:
                    del provision[kind]
                if not kinds:
                    provision["defines"] = ""
    return {**_STAND_INS, **kept}


def _each(part: Any, key: str) -> list[Any]:
    items = part if isinstance(part, list) else []
    return [item.get(key) for item in items if isinstance(item, dict)]


def _names(part: Any) -> list[str]:
    return list(part) if isinstance(part, dict) else []


def _without(
    node: Any, removed: set[Path], path: Path, here: Path, origins: dict[Path, Path]
) -> Any:
    """``node`` less the removed parts; ``origins`` maps new paths to those of the file."""
    if isinstance(node, dict):
        found = {}
        for key, value in node.items():
            if (*path, key) not in removed:
                origins[*here, key] = (*path, key)
                found[key] = _without(value, removed, (*path, key), (*here, key), origins)
        return found
    if isinstance(node, list):
        listed: list[Any] = []
        for number, value in enumerate(node):
            if (*path, number) not in removed:
                new = (*here, len(listed))
                origins[new] = (*path, number)
                listed.append(_without(value, removed, (*path, number), new, origins))
        return listed
    return node


def _path(tree: Any, loc: Sequence[str | int], *, missing: bool) -> Path:
    """The part of ``tree`` that an error is about; parts of ``loc`` that it lacks are passed
    over (they name which form was tried). For a missing key, the part that lacks it.
    """
    found: list[str | int] = []
    node = tree
    for part in loc[:-1] if missing else loc:
        if isinstance(node, list):
            inside = isinstance(part, int) and part < len(node)
        else:
            inside = isinstance(node, dict) and part in node
        if inside:
            node = node[part]
            found.append(part)
    return tuple(found)


def _origin(origins: dict[Path, Path], path: Path) -> Path:
    for end in range(len(path), -1, -1):
        if path[:end] in origins:
            return (*origins[path[:end]], *path[end:])
    return path
