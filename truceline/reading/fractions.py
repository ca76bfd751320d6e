"""Parts of a million or a dozen in words: "three-quarters of a million", "half a dozen"."""

from truceline.reading.page.words import Token

_PARTS = {"quarter": 1 / 4, "quarters": 1 / 4, "third": 1 / 3, "thirds": 1 / 3}
_TIMES = {"a": 1, "one": 1, "two": 2, "three": 3}
_SCALES = {"million": 10**6, "billion": 10**9}
_HALVED = {"million": 5e5, "billion": 5e8, "dozen": 6.0}


def fraction_at(tokens: list[Token], i: int) -> tuple[float, int] | None:
    """The part of a whole that begins at token ``i`` and the token after it, or None."""
    low = tokens[i].low
    following = [t.low for t in tokens[i + 1 : i + 3]]
    if low == "half" and following[:1] == ["million"]:
        return 500_000.0, i + 2
    if (low, following[0]) in (("half", "a"), ("a", "half")) and following[-1] in _HALVED:
        return _HALVED[following[-1]], i + 3
    times = _TIMES.get(low)
    if times is None:
        return None
    j = i + 1 + (tokens[i + 1].text in "-‑–")
    part = _PARTS.get(tokens[j].low) if j < len(tokens) else None
    if part is None:
        return None
    j += 1
    if [t.low for t in tokens[j : j + 2]] in (["of", "a"], ["of", "one"]):
        j += 2
    if j < len(tokens) and tokens[j].low in _SCALES:
        return float(round(times * part * _SCALES[tokens[j].low])), j + 1
    return None
