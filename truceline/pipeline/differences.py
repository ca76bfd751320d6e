"""Two versions of an agreement, clause by clause."""

from collections.abc import Iterator, Mapping
from typing import Any

from truceline.model.agreement import Agreement

_PARTS = ("anchors", "parties", "groups", "actors", "places", "lines", "zones")
_HEAD = ("agreement", "title", "instrument", "signed", "timezone", "threshold", "summary")


def agreement_differences(first: Agreement, second: Agreement) -> list[str]:
    """What differs, a line each: ``- `` only in the first, ``+ `` only in the second,
    ``~ `` in both with other content. Order does not count. Empty where they say the same.
    """
    a, b = (
        x.model_dump(by_alias=True, mode="json", exclude_defaults=True) for x in (first, second)
    )
    return list(_differences(a, b))


def _differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    for key in _HEAD:
        yield from _one(key, a.get(key), b.get(key))
    for part in _PARTS:
        yield from _named(part, a.get(part) or {}, b.get(part) or {})
    for part, name in (("provisions", "id"), ("amendments", "date"), ("sources", "title")):
        yield from _named(
            part,
            {str(x[name]): x for x in a.get(part) or ()},
            {str(x[name]): x for x in b.get(part) or ()},
        )


def _named(part: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    for name in [*a, *(n for n in b if n not in a)]:
        where = f"{part} {name}"
        if name not in b:
            yield f"- {where}: {_short(a[name])}"
        elif name not in a:
            yield f"+ {where}: {_short(b[name])}"
        elif isinstance(a[name], dict) and isinstance(b[name], dict):
            for key in [*a[name], *(k for k in b[name] if k not in a[name])]:
                yield from _one(f"{where} {key}", a[name].get(key), b[name].get(key))
        else:
            yield from _one(where, a[name], b[name])


def _one(where: str, a: Any, b: Any) -> Iterator[str]:
    if a == b:
        return
    if b is None:
        yield f"- {where}: {_short(a)}"
    elif a is None:
        yield f"+ {where}: {_short(b)}"
    else:
        yield f"~ {where}: {_short(a)} -> {_short(b)}"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_short(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_short(v) for v in value) + "]"
    return str(value)
