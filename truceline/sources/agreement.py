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
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import VersionedResolver

from truceline.model.agreement import Agreement
from truceline.model.references import Path, faults
from truceline.sources.tables.salvage import Salvage, salvage


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
    path in the file. ``rest`` is what could be read of it, so that the geometry it names can
    be looked at in the same run.
    """

    name: str
    agreement: Agreement | None
    faults: tuple[Fault, ...]
    tree: Any
    root: Node | None
    rest: Salvage | None = None

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

    _whole: Any = None
    _without: Any = None

    @property
    def versioned_resolver(self) -> Any:
        found = super().versioned_resolver
        if found is not self._whole:  # asked for at every word of a file, and nearly always one
            self._whole = found
            self._without = {
                first: [(tag, rule) for tag, rule in rules if not str(tag).endswith(":timestamp")]
                for first, rules in found.items()
            }
        return self._without


_PARTS = 200_000  # no agreement is near this; a file of nested aliases is past it at once
_LENGTH = 2_000_000  # the longest of the library has 20,000
_KEYS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"}


def yaml_reader() -> YAML:
    """The round-trip reader and writer that every agreement file goes through."""
    yaml = YAML(typ="rt")
    yaml.Resolver = _Resolver
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = True
    yaml.brace_single_entry_mapping_in_flow_sequence = True  # [{is: not-bound}] stays so
    yaml.width = 4096  # a line stays as it was written
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def parse(text: str, name: str) -> AgreementText:
    """Read an agreement file's text. Never raises for what the text says: see ``faults``."""
    text = text.removeprefix("\ufeff")
    if len(text) > _LENGTH:
        what = f"the file is longer than {_LENGTH:,} characters; is it an agreement file?"
        return AgreementText(name, None, (Fault(name, 1, 1, what),), None, None)
    try:
        root = yaml_reader().compose(text)
        aliases = tuple(_alias_faults(root, name))
        if aliases:
            return AgreementText(name, None, aliases, None, root)
        # The composed file is built from, rather than read again: reading is most of the time.
        # Building takes merge keys out of it, and faults are looked for in a whole one.
        if "<<" in text:
            tree = yaml_reader().load(text)
        else:
            tree = yaml_reader().constructor.construct_document(root) if root else None
    except ReaderError as error:
        line, column = place_in(text, error.position)
        what = f"the character U+{error.character:04X} is not allowed; remove it"
        return AgreementText(name, None, (Fault(name, line, column, what),), None, None)
    except RecursionError:
        fault = Fault(name, 1, 1, "lists or mappings lie too deep inside one another; flatten them")
        return AgreementText(name, None, (fault,), None, None)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = (error.problem or "cannot be read").strip()
        what = "a tab stands where YAML wants spaces" if "'\\t'" in what else what
        fault = Fault(name, line, column, f"this is not YAML: {what}; correct the line")
        return AgreementText(name, None, (fault,), None, None)
    except (YAMLError, ValueError, ArithmeticError) as error:
        fault = Fault(name, 1, 1, f"this is not YAML: {_one_line(error)}; correct the file")
        return AgreementText(name, None, (fault,), None, None)
    blank = AgreementText(name, None, (), tree, root)
    if not isinstance(tree, dict):
        fault = Fault(name, 1, 1, "an agreement file is a mapping; begin with 'agreement: NAME'")
        return AgreementText(name, None, (fault,), tree, root)
    agreement, rest = None, None
    try:
        found = list(_duplicates(blank, root, ()))
        plain = plain_yaml(tree)
        agreement = Agreement.model_validate(plain)
        rest = Salvage(agreement, {(): ()}, ())
        found += [blank.fault(path, message) for path, message in faults(agreement)]
    except ValidationError as error:
        found += _form_faults(blank, error)
        rest = salvage(plain)
        found += [blank.fault(path, message) for path, message in (rest.faults if rest else ())]
    ordered = tuple(sorted(set(found)))
    return AgreementText(name, None if ordered else agreement, ordered, tree, root, rest)


def undecodable(name: str, error: UnicodeDecodeError) -> Fault:
    """The fault of a file that is not UTF-8 text, at its first bad byte."""
    before = error.object[: error.start].decode("utf-8", "replace")
    return Fault(name, *place_in(before, len(before)), "not UTF-8 text; save the file as UTF-8")


def place_in(text: str, offset: int) -> tuple[int, int]:
    """Line and column (from 1) of an offset in a text."""
    lines = (text[:offset] + ".").splitlines()
    return len(lines), len(lines[-1])


def _one_line(error: object) -> str:
    return " ".join(str(error).split())


def _alias_faults(root: Node | None, name: str) -> Iterator[Fault]:
    """Aliases that lead back to themselves or unfold without end.

    Asked of the composed file before anything is unfolded, so that no file exhausts memory.
    """
    sizes: dict[int, int] = {}  # 0: its parts are being counted
    faults: set[Fault] = set()

    def at(node: Node, message: str) -> None:
        faults.add(Fault(name, node.start_mark.line + 1, node.start_mark.column + 1, message))

    def size(node: Node) -> int:
        if isinstance(node, ScalarNode):
            return 1
        known = sizes.get(id(node))
        if known is not None:
            if known == 0:
                at(node, "this part contains itself; remove the YAML alias")
            return known
        sizes[id(node)] = 0
        if isinstance(node, MappingNode):
            parts = [value for _, value in node.value]
        else:
            parts = list(node.value)
        total = 1 + sum(size(part) for part in parts)
        if total > _PARTS and all(sizes.get(id(part), 1) <= _PARTS for part in parts):
            at(node, f"its YAML aliases unfold to more than {_PARTS:,} parts; write them out")
        sizes[id(node)] = total
        return total

    if root is not None:
        size(root)
    yield from sorted(faults)


def plain_yaml(value: Any) -> Any:
    """ruamel's containers and scalars as plain dict, list and str; keys that are no text are
    left out (they are faults of their own).
    """
    if isinstance(value, dict):
        return {str(k): plain_yaml(v) for k, v in value.items() if isinstance(k, str)}
    if isinstance(value, list):
        return [plain_yaml(v) for v in value]
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
            word, mark = str(key.value), key.start_mark
            if key.tag not in _KEYS:
                what = "a key must be text; put it in quotes"
                yield Fault(text.name, mark.line + 1, mark.column + 1, what)
            elif word in seen:
                yield Fault(
                    text.name,
                    mark.line + 1,
                    mark.column + 1,
                    f"the key '{word}' is here twice (first on line {seen[word]}); "
                    "keep one or rename it",
                )
            seen.setdefault(word, mark.line + 1)
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


def _present(node: Node | None, path: Sequence[str | int]) -> Path:
    """The parts of ``path`` that the file has (see ``_position``)."""
    found: list[str | int] = []
    for part in path:
        if isinstance(node, MappingNode):
            inner = next((v for k, v in node.value if str(k.value) == str(part)), None)
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            inner = node.value[part]
        else:
            inner = None
        if inner is not None:
            node = inner
            found.append(part)
    return tuple(found)


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
        said = path if kind in ("missing", "extra_forbidden") else _present(text.root, path)
        message = _sentence(kind, str(item["msg"]), said, item.get("input"))
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
    last = next((p for p in reversed(path) if isinstance(p, str)), "file")
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
