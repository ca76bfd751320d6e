"""Watch: observation effort. Who could see where, when, by what means.

Without it quiet and blind look alike. A watch says that somebody could have seen, not that
anything was there, and not that whoever looked would have reported it.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

Means = Literal["patrol", "post", "camera", "uav", "satellite", "aircraft", "other"]
MEANS: tuple[Means, ...] = get_args(Means)


@dataclass(frozen=True, slots=True)
class Watch:
    """One watcher over one place for one time.

    ``start`` and ``end`` are UTC microseconds. The place is one of: a disc (``lon``, ``lat``
    in degrees, ``radius_m``), a stretch of the route between two kilometre posts, or a whole
    zone by its name. ``of`` says where it was taken from (a file, a track).
    """

    watcher: str
    means: Means
    start: int
    end: int
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None
    from_km: float | None = None
    to_km: float | None = None
    zone: str = ""
    of: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain values, those that say nothing left out; ``of_json`` reads them back."""
        return {
            name: value
            for name in self.__slots__
            if (value := getattr(self, name)) is not None and value != ""
        }

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> "Watch":
        """A watch from what ``to_json`` gave."""
        return cls(**said)
