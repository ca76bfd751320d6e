"""What the agreements of the library are, without building their ground."""

from collections.abc import Iterator

from truceline.model.agreement import Agreement
from truceline.sources.agreement import Fault, parse, undecodable
from truceline.store import library


def heads() -> Iterator[tuple[str, Agreement | None, tuple[Fault, ...]]]:
    """Each agreement of the library: its name, what its file says, and the faults of the file
    and of the geometry that it names. Faults of ground that cannot be built are found by
    ``terms.load``: building takes most of the time that a whole load takes.
    """
    for name in library.names():
        try:
            folder = library.find(name)
        except UnicodeDecodeError as error:
            yield name, None, (undecodable(name, error),)
            continue
        text = parse(folder.text, folder.name)
        found = list(text.faults)
        if text.agreement is not None:
            geometry = library.geometry(text.agreement, folder.path.parent)
            found += [text.fault(path, message) for path, message in geometry.faults]
        yield name, text.agreement, tuple(found)
