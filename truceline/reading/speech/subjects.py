"""The noun phrase beside a verb of saying: its subject, before it or after it."""

import re

from truceline.reading.names.people import NAME, is_person_name, strip_titles

_STOP = re.compile(
    r"\s*(?:,|;|:|\.(?=\s|$)|\(|\)|—|–|\"|“|”|«|»|\b(?:in|on|at|during|after|before|as|while|who|when|where|to|from|by|about|that|via|through|adding|ahead|amid|following|late|early|earlier|yesterday|today|with|for|and|but|if|because|over|under|is|was|has|had|were|also|later|of whom|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b)",
    re.I,
)


_IN_STATEMENT = re.compile(
    r",? in (?:a|an|its|their|his|her|the) (?:[\w-]+ ){0,2}(?:statement|communiqu[eé]|message|letter|note|post|speech|address)$"
)
_ADJUNCT = re.compile(
    r"(?:During|In|Over|Throughout) (?:the|this|that) (?:[\w-]+ ){0,2}(?:period|week|month|year|day|quarter)s?,? (?=(?:the |[A-Z]))"
)


_OFTEN = r"also|later|earlier|has|have|had|then|further|previously|repeatedly|reportedly|would|already|since|again|(?:on |early |late |earlier |later )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_ADVERBS = (*_OFTEN.split("|(?:", maxsplit=1)[0].split("|"), "day")  # how what is left out ends


_NAMED = re.compile(r"[^,;:\"“”«»]+,\s*((?:[A-Z][\w’'.-]+ ){1,4}[A-Z][\w’'-]+),$")
_APPOSITION = re.compile(
    r"([^,;:\"“”«»]+),\s*((?:who|which|the|a|an|its|his|her|their|whose|head|director|chief|deputy|commander|\d\d|[\w-]+ (?:for|of|at)|[a-z][\w-]+)\b[^,;:\"“”«»]*),$"
)


_EDGE = re.compile(
    r"[,;:\"“”«»(—–]|^As\b|\b(?:and|but|while|as|that|when|where|after|because|although|whereas|if|which|since|before|with)\b|\.\s"
)


_BLANKS_BEFORE_COMMA = re.compile(r"\s+,")


def subject_before(text: str, at: int) -> tuple[str, int] | None:
    """The noun phrase that ends just before the verb at ``at``."""
    # What stands in brackets is no subject; blanks keep the offsets.
    left = text[:at]
    if "(" in left:
        left = re.sub(r"\([^()]*\)", lambda m: " " * len(m.group()), left)
    left = _BLANKS_BEFORE_COMMA.sub(
        lambda m: "," + " " * (len(m.group()) - 1), left.rstrip()
    ).rstrip()
    if left.endswith(_ADVERBS):
        left = re.sub(rf"\s+(?:{_OFTEN})$", "", left)
        left = re.sub(r"\s+(?:also|later|has|have|had)$", "", left)
    left = _IN_STATEMENT.sub("", left)  # "the delegation … in its statement said"
    # a relative or apposition between commas: "X, a spokesman, said"
    inserted = left.endswith((",", ",\n"))
    named = _NAMED.search(left) if inserted else None
    if named and is_person_name(strip_titles(named.group(1))[0]):
        return named.group(1), named.start(1)
    apposition = _APPOSITION.search(left) if inserted else None
    if apposition:
        left = left[: apposition.end(1)]
    left = left.rstrip(",")
    start = 0
    for match in _EDGE.finditer(left):
        if (
            match.group() == "and"
            and re.search(r"[A-Z]\w*\s*$", left[: match.start()])
            and re.match(r"\s*(?:the )?[A-Z]", left[match.end() :])
            and match.start() < 60
        ):
            continue
        start = match.end()
    when = _WHEN_FIRST.match(left[start:].lstrip())
    if when:
        start += len(left[start:]) - len(left[start:].lstrip()) + when.end()
    adjunct = _ADJUNCT.match(left, start)
    if adjunct:
        start = adjunct.end()
    subject = left[start:].strip()
    bare = subject.lstrip("’' ")
    if not bare or len(bare) > 160:
        return None
    return bare, start + left[start:].index(bare)


# "From the evening of 20 to the evening of 21 September monitors …": the time is no subject.
_WHEN_FIRST = re.compile(
    r"(?:From|Between|On|In|At|During|Since|By|Until|After|Before|Over|Overnight|Late|Early)\b.*\b(?:(?:19|20)\d\d|January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|morning|evening|night|noon|day|week|month|year|hours)\s+(?=[a-z]|the |[A-Z])"
)


# What may stand between an inverted verb and its subject: "has assured for his part the general".
_BESIDE = re.compile(
    r"[ ,]*(?:(?:for (?:his|her|its|their) part|in (?:his|her|its|their) turn|in turn|in a statement|(?:on |late |early )*(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|meanwhile|then|also|again)[ ,]+)?"
)


def subject_after(text: str, at: int) -> tuple[str, int] | None:
    """The noun phrase that begins just after the verb at ``at``."""
    right = text[at:]
    beside = _BESIDE.match(right)
    lead = beside.end() if beside else 0
    right = right[lead:]
    if not right:
        return None
    stop = None
    for match in _STOP.finditer(right):
        word = match.group().strip().lower()
        if match.start() < 2:
            return None
        if word == "." and re.search(
            r"(?:^|\s)(?:[A-Z]|Col|Gen|Lt|Maj|Brig|Capt|Dr|Mr|Mrs|Ms|Adm|Sgt|St|Prof)$",
            right[: match.start()],
        ):
            continue
        if (
            word in ("for", "of", "in", "at", "to", "on")
            and not re.search(r"[A-Z]\w+$", right[: match.start()].rstrip())
            and re.match(r"(?:a|an|the|one|its|his|her|their|another|two|some)\b", right, re.I)
        ):
            continue
        if (
            word in ("and",)
            and re.search(r"[A-Z]\w*$", right[: match.start()].rstrip())
            and re.match(r"\s+[A-Z]", right[match.end() :])
            and not re.search(r"[a-z]", right[: match.start()][:1])
        ):
            continue
        stop = match.start()
        break
    subject = right[: stop if stop is not None else len(right)].strip(" .,")
    beside = re.match(r",\s*(?=[A-Z])", right[stop:]) if stop is not None else None
    named = NAME.match(right, stop + beside.end()) if beside and stop is not None else None
    if (
        named
        and not re.search(r"[A-Z][\w’-]+ [A-Z]", subject)
        and is_person_name(strip_titles(named.group())[0])
    ):
        subject = named.group()
    if re.match(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b", subject):
        return None
    if not subject or len(subject) > 120:
        return None
    return subject, at + lead
