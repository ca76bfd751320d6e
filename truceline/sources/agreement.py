"""Agreement files: YAML text to an ``Agreement``, or every fault with its line and column.

Pure: works on text. Reading the file and its geometry is ``truceline.store.library``.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver

from truceline.model.agreement import Agreement
from truceline.model.references import Path, faults
from truceline.sources.salvage import remaining_faults


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in an agreement file, and where. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """``file:line:column: message``."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True)
class AgreementText:
    """One agreement file: its agreement (None where it has faults) and its faults.

    ``tree`` is the file with its comments, as ruamel.yaml keeps it; ``positions`` finds a
    path in the file.
    """

    name: str
    agreement: Agreement | None
    faults: tuple[Fault, ...]
    tree: Any
    root: Node | None

    def fault(self, path: Path, message: str) -> Fault:
        """A fault at a path of this file, such as ``("zones", "corridor", "along")``."""
        line, column = _position(self.root, path)
        return Fault(self.name, line, column, message)

    def write(self) -> str:
        """The file again, comments kept."""
        out = io.StringIO()
        yaml_reader().dump(self.tree, out)
        return out.getvalue()


class _Resolver(VersionedResolver):
    """YAML 1.2 without timestamps: a date stays the words that the file says."""

    @property
    def versioned_resolver(self) -> Any:
        found = super().versioned_resolver
        return {
            first: [(tag, rule) for tag, rule in rules if not str(tag).endswith(":timestamp")]
            for first, rules in found.items()
        }


def yaml_reader() -> YAML:
    """The round-trip reader and writer that every agreement file goes through."""
    yaml = YAML(typ="rt")
    yaml.Resolver = _Resolver
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = True
    yaml.width = 4096  # a line stays as it was written
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def parse(text: str, name: str) -> AgreementText:
    """Read an agreement file's text. Never raises for what the text says: see ``faults``."""
    try:
        root = yaml_reader().compose(text)
        tree = yaml_reader().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = (error.problem or "cannot be read").strip()
        fault = Fault(name, line, column, f"this is not YAML: {what}; correct the line")
        return AgreementText(name, None, (fault,), None, None)
    except (YAMLError, ValueError) as error:
        fault = Fault(name, 1, 1, f"this is not YAML: {error}; correct the file")
        return AgreementText(name, None, (fault,), None, None)
    blank = AgreementText(name, None, (), tree, root)
    if not isinstance(tree, dict):
        fault = Fault(name, 1, 1, "an agreement file is a mapping; begin with 'agreement: NAME'")
        return AgreementText(name, None, (fault,), tree, root)
    agreement = None
    try:
        found = list(_duplicates(blank, root, ()))
        plain = _plain(tree)
        agreement = Agreement.model_validate(plain)
        found += [blank.fault(path, message) for path, message in faults(agreement)]
    except ValidationError as error:
        found += _form_faults(blank, error)
        found += [blank.fault(path, message) for path, message in remaining_faults(plain)]
    except RecursionError:
        found = [Fault(name, 1, 1, "the file refers to itself; remove the YAML alias")]
    ordered = tuple(sorted(set(found)))
    return AgreementText(name, None if ordered else agreement, ordered, tree, root)


def _plain(value: Any) -> Any:
    """ruamel's containers and scalars as plain dict, list and str."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value


def _duplicates(text: AgreementText, node: Node | None, path: Path) -> Iterator[Fault]:
    if isinstance(node, MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            word = str(key.value)
            if word in seen:
                yield Fault(
                    text.name,
                    key.start_mark.line + 1,
                    key.start_mark.column + 1,
                    f"the key '{word}' is here twice (first on line {seen[word]}); "
                    "keep one or rename it",
                )
            seen.setdefault(word, key.start_mark.line + 1)
            yield from _duplicates(text, value, (*path, word))
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            yield from _duplicates(text, value, (*path, number))


def _position(node: Node | None, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column (from 1) of the deepest part of ``path`` that the file has.

    Parts that the file does not have are passed over: they are names that the reader of
    the form put in (which kind of zone it tried).
    """
    if node is None:
        return 1, 1
    mark = node.start_mark
    for part in path:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if str(key.value) == str(part):
                    node, mark = value, key.start_mark
                    if isinstance(value, ScalarNode):
                        mark = value.start_mark
                    break
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            mark = node.start_mark
    return mark.line + 1, mark.column + 1


def _key_position(node: Node | None, path: Sequence[str | int]) -> tuple[int, int]:
    """Like ``_position``, at the key itself."""
    parent, last = path[:-1], str(path[-1])
    for part in parent:
        if isinstance(node, MappingNode):
            node = next((v for k, v in node.value if str(k.value) == str(part)), node)
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
    if isinstance(node, MappingNode):
        for key, _ in node.value:
            if str(key.value) == last:
                return key.start_mark.line + 1, key.start_mark.column + 1
    return _position(node, ())


def _form_faults(text: AgreementText, error: ValidationError) -> Iterator[Fault]:
    for item in error.errors(include_url=False):
        path = item["loc"]
        kind = item["type"]
        message = _sentence(kind, str(item["msg"]), path, item.get("input"))
        if kind == "extra_forbidden":
            line, column = _key_position(text.root, path)
            yield Fault(text.name, line, column, message)
        else:
            yield text.fault(path, message)


_TYPES = {
    "string_type": "is not text; write a word or put it in quotes",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "float_type": "is not a number",
    "float_parsing": "is not a number",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "tuple_type": "is not a list; write [a, b] or a line with '- ' for each",
    "dict_type": "is not a mapping; write 'name: value' lines under it",
    "mapping_type": "is not a mapping; write 'name: value' lines under it",
    "model_type": "is not a mapping; write 'name: value' lines under it",
    "model_attributes_type": "is not a mapping; write 'name: value' lines under it",
    "too_short": "has too few entries",
}


def _sentence(kind: str, message: str, path: Sequence[str | int], value: object) -> str:
    last = str(path[-1]) if path else "file"
    if kind == "extra_forbidden":
        return f"unknown key '{last}'; correct its spelling or remove it (see 'agreement schema')"
    if kind == "missing":
        return f"'{last}' is missing; add it"
    if kind == "value_error":
        return f"{last}: {message.removeprefix('Value error, ')}"
    shown = repr(value) if isinstance(value, str | int | float | bool | None) else "this"
    if kind in _TYPES:
        return f"{last}: {shown} {_TYPES[kind]}"
    return f"{last}: {shown}: {message[:1].lower()}{message[1:]}"
