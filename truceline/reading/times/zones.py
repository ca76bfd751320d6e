"""Time zones as said beside a clock: "GMT+3", "Damascus time", "local", "(Universal Time)", "Z"."""

import re

from truceline.reading.page.words import Token

_NAMED_OFFSETS = {
    "gmt": 0,
    "utc": 0,
    "z": 0,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "pst": -480,
    "pdt": -420,
    "cet": 60,
    "cest": 120,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "bst": 60,
    "wat": 60,
    "cat": 120,
    "eat": 180,
    "trt": 180,
    "pkt": 300,
    "kst": 540,
    "jst": 540,
    "mmt": 390,
    "wib": 420,
    "aft": 270,
    "azt": 240,
    "hkt": 480,
    "ict": 420,
    "irst": 210,
    "npt": 345,
    "myt": 480,
    "pht": 480,
    "sgt": 480,
    "wit": 540,
    "wita": 480,
}
# Of several zones, or of a place that the text names: the clock is a local one.
_LOCAL = frozenset(("ist", "ast", "amt", "lt"))
_UNIVERSAL = {"universal": 0, "coordinated universal": 0, "greenwich mean": 0, "zulu": 0}


def zone_at(tokens: list[Token], j: int) -> tuple[int | str, int] | None:
    """The zone at token ``j`` (minutes east of UTC, "local" or a place's name) and the token after."""
    n = len(tokens)
    if j + 1 < n and tokens[j].text in ("(", ",") and tokens[j + 1].text not in ("(", ","):
        inner = zone_at(tokens, j + 1)
        if inner:
            close = inner[1]
            if tokens[j].text == "(":
                if close < n and tokens[close].text == ")":
                    return inner[0], close + 1
                return None
            return inner
    if j >= n:
        return None
    low = tokens[j].low.replace(".", "")
    if low in ("local", "their") and j + 1 < n and tokens[j + 1].low == "time":
        return "local", j + 2
    if low == "local" and (
        j + 1 >= n or tokens[j + 1].text in ").,;" or tokens[j + 1].low in ("on", "of", "this")
    ):
        return "local", j + 1
    if low in _LOCAL and tokens[j].text.isupper():
        return "local", j + 1
    if low == "z" or (
        low in _NAMED_OFFSETS and tokens[j].text[0].isupper() and tokens[j].text.isupper()
    ):
        minutes, k = _NAMED_OFFSETS[low], j + 1
        if (
            low in ("gmt", "utc")
            and k + 1 < n
            and tokens[k].text in "+-−"
            and re.fullmatch(r"\d{1,2}(?::\d\d)?", tokens[k + 1].text)
        ):
            parts = tokens[k + 1].text.split(":")
            minutes = int(parts[0]) * 60 + (int(parts[1]) if len(parts) > 1 else 0)
            minutes *= -1 if tokens[k].text in "-−" else 1
            k += 2
        return minutes, k
    for size in (3, 2, 1):  # Damascus time, New York time, East Africa Time
        if (
            j + size < n
            and tokens[j + size].low == "time"
            and all(t.text[:1].isupper() for t in tokens[j : j + size])
        ):
            name = " ".join(t.text for t in tokens[j : j + size])
            return _UNIVERSAL.get(name.lower(), name), j + size + 1
    if low == "greenwich":
        k = j + 1
        while k < n and tokens[k].low in ("mean", "time", "civil"):
            k += 1
        return 0, k
    if (
        tokens[j].text in "+-−"
        and j + 1 < n
        and re.fullmatch(r"\d\d:\d\d", tokens[j + 1].text)
        and tokens[j].start == tokens[j - 1].end
        and not ("00:59" < tokens[j - 1].text < tokens[j + 1].text)  # "09:00-15:00" is a stretch
    ):
        east, past = tokens[j + 1].text.split(":")
        return (-1 if tokens[j].text in "-−" else 1) * (int(east) * 60 + int(past)), j + 2
    return None
