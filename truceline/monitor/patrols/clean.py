"""Fixes made fit for use: in order of time, each once, without impossible jumps."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from truceline.model.problem import Problem
from truceline.model.track import SECOND, Fixes, Floats, Indices, Track
from truceline.monitor.patrols.route import ways

NOISE_M = 50.0  # a receiver's own error, and times cut to whole seconds
Mask = npt.NDArray[np.bool_]
_FEW = 5  # so few fixes that nothing vouches for are an error
_AHEAD = 50  # stretches looked at to see whether the track comes back
_SHOWN = 1_000  # problems told one by one; the rest are counted in one line


def cleaned(track: Track, fastest_kmh: float) -> Track:
    """The track with its fixes in order, each once, and without those that cannot be.

    A fix that says the same moment and place as another is a repeat. A fix that could only
    be reached faster than ``fastest_kmh`` is a problem where the track comes back from it, or
    where a few fixes stand alone; a track that leaps and goes on is parted there. Segments stay apart: nothing is judged from one to the next.
    """
    fixes = track.fixes
    if not len(fixes) or not fixes.timed:
        return track
    order = np.lexsort((fixes.time, fixes.segment))
    late = int((np.diff(fixes.time)[np.diff(fixes.segment) == 0] < 0).sum())
    fixes = fixes.at(order) if late or (np.diff(order) < 0).any() else fixes
    twice = _twice(fixes)
    repeats = int(twice.sum())
    if repeats:
        fixes = fixes.at(~twice)
    bad, speed, leap = _jumps(fixes, fastest_kmh)
    if leap.any():
        # Nothing is joined over a leap: what follows is a segment of its own.
        new = np.concatenate([[False], np.diff(fixes.segment) != 0]) | leap
        fixes = replace(fixes, segment=np.cumsum(new).astype(np.int32))
    problems = [*track.problems]
    if late:
        problems.append(
            Problem(
                "track",
                track.file,
                1,
                f"{late:,} fixes stand before an earlier one; all were put in order of time",
                "nothing, unless two vehicles are in one file: then give each its own",
                severity="note",
            )
        )
    problems += [
        Problem(
            "track",
            track.file,
            int(fixes.line[i]),
            f"the track leaps here, faster than {fastest_kmh:g} km/h, and goes on elsewhere; "
            "nothing was filled in between",
            "see whether two vehicles or two days are in one file",
            "position",
            severity="note",
        )
        for i in np.flatnonzero(leap)[:_SHOWN]
    ]
    rows = np.flatnonzero(bad)
    problems += [
        Problem(
            "track",
            track.file,
            int(fixes.line[i]),
            f"this fix could only be reached at {speed[i]:,.0f} km/h; it was left out",
            f"nothing, if the receiver erred; else allow it with --fastest {speed[i] + 1:.0f}",
            "position",
            f"{fixes.lon[i]:.6f} {fixes.lat[i]:.6f}",
        )
        for i in rows[:_SHOWN]
    ]
    problems += [
        Problem(
            "track",
            track.file,
            int(fixes.line[i]),
            "this fix could only be reached by an impossible jump; it was left out",
            "see the first of its kind in this file",
        )
        for i in rows[_SHOWN:]
    ]
    kept = fixes.at(~bad) if len(rows) else fixes
    return replace(track, fixes=kept, repeats=track.repeats + repeats, problems=tuple(problems))


def _twice(fixes: Fixes) -> Mask:
    """Fixes that say what another of their segment said: the same moment, the same place."""
    order = np.lexsort((fixes.lat, fixes.lon, fixes.time, fixes.segment))
    same = np.ones(max(len(fixes) - 1, 0), np.bool_)
    for column in (fixes.segment, fixes.time, fixes.lon, fixes.lat):
        same &= np.diff(column[order]) == 0
    found = np.zeros(len(fixes), np.bool_)
    found[order[1:][same]] = True
    return found


def _jumps(fixes: Fixes, fastest_kmh: float) -> tuple[Mask, Floats, Mask]:
    """Fixes that no vehicle reached, their speed (km/h), and where a track leaps and goes on."""
    n = len(fixes)
    bad, leap = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    speed = np.zeros(n)
    if n < 2:
        return bad, speed, leap
    fastest = fastest_kmh / 3.6
    way = ways(fixes.lon, fixes.lat)
    took = np.maximum(np.diff(fixes.time) / SECOND, 1.0)
    new = np.diff(fixes.segment) != 0
    jump = ~new & (way > NOISE_M + fastest * took)
    if not jump.any():
        return bad, speed, leap
    blobs = np.split(np.arange(n), np.flatnonzero(new | jump) + 1)
    segments = np.array([fixes.segment[b[0]] for b in blobs])
    weigh = _Weigh(fixes, fastest, bad, speed, leap)
    for one in np.split(np.arange(len(blobs)), np.flatnonzero(np.diff(segments)) + 1):
        weigh.segment([blobs[k] for k in one])
    return bad, speed, leap


@dataclass(frozen=True, slots=True)
class _Weigh:
    """Of stretches between which nobody can travel: which are errors, and which go on."""

    fixes: Fixes
    fastest: float
    bad: Mask
    speed: Floats
    leap: Mask

    def segment(self, blobs: list[Indices]) -> None:
        """One segment, from its longest stretch outwards."""
        if len(blobs) == 1:
            return
        base = max(range(len(blobs)), key=lambda k: len(blobs[k]))
        self._walk(blobs[base + 1 :], int(blobs[base][-1]), ahead=True)
        self._walk(blobs[:base][::-1], int(blobs[base][0]), ahead=False)

    def _walk(self, rest: list[Indices], edge: int, *, ahead: bool) -> None:
        for k, blob in enumerate(rest):
            near, far = (blob[0], blob[-1]) if ahead else (blob[-1], blob[0])
            speed = self._too_fast(edge, int(near))
            if not speed:
                edge = int(far)
                continue
            beyond = [int(b[0] if ahead else b[-1]) for b in rest[k + 1 : k + 1 + _AHEAD]]
            if len(blob) <= _FEW or any(not self._too_fast(edge, b) for b in beyond):
                self.bad[blob] = True
                self.speed[blob] = speed
            else:
                self.leap[near if ahead else edge] = True
                edge = int(far)

    def _too_fast(self, a: int, b: int) -> float:
        """The speed from one fix to another in km/h where nobody goes so fast; else 0."""
        pair = np.array([a, b])
        way = float(ways(self.fixes.lon[pair], self.fixes.lat[pair])[0])
        took = max(abs(float(self.fixes.time[b] - self.fixes.time[a])) / SECOND, 1.0)
        return way / took * 3.6 if way > NOISE_M + self.fastest * took else 0.0
