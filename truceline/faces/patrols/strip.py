"""The route as a strip: kilometres across, patrols down; and how long ago each was seen."""

from collections.abc import Sequence

from truceline.model.patrol import Patrol
from truceline.monitor.patrols.ledger import Seen

_WIDTH, _LEFT, _ROW, _LANE = 1000.0, 150.0, 26.0, 7.0
_MOST = 60  # patrols drawn, the latest


def route_strip(patrols: Sequence[Patrol], route_km: float) -> str:
    """SVG: for each patrol a lane for each participant, and below them where all were together.

    What is drawn is in the table under it too. Latest last; at most 60.
    """
    shown = list(patrols)[-_MOST:]
    lanes = max((len(p.participants) for p in shown), default=1) + 1
    row = max(_ROW, lanes * (_LANE + 2) + 10)
    height = row * len(shown) + 46
    out = [
        f'<svg class="strip" viewBox="0 0 {_WIDTH:g} {height:g}" role="img" '
        'aria-label="Each patrol along the route: kilometres across, patrols down">'
    ]
    for km in _ticks(route_km):
        x = _x(km, route_km)
        out.append(f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="24" y2="{height - 18:.1f}"/>')
        out.append(f'<text class="lab" x="{x:.1f}" y="14" text-anchor="middle">{km:g} km</text>')
    for k, patrol in enumerate(shown):
        y = 28 + k * row
        if patrol.start is not None:
            out.append(
                f'<text class="lab" x="0" y="{y + row / 2:.1f}">'
                f"{patrol.start:%Y-%m-%d %H:%M}</text>"
            )
        out.append(
            f'<rect class="bed" x="{_LEFT:g}" y="{y:.1f}" width="{_WIDTH - _LEFT - 20:g}" '
            f'height="{row - 6:.1f}"/>'
        )
        for lane, part in enumerate(patrol.parts):
            at = y + 2 + lane * (_LANE + 2)
            out += [_bar("one", s.from_km, s.to_km, at, route_km) for s in part.covered]
            out += [
                f'<circle class="halt" cx="{_x(h.at_km, route_km):.1f}" cy="{at + _LANE / 2:.1f}" '
                'r="3"/>'
                for h in part.halts
            ]
        at = y + 2 + len(patrol.parts) * (_LANE + 2)
        out += [_bar("both", s.from_km, s.to_km, at, route_km) for s in patrol.together]
    out.append("</svg>")
    return "".join(out)


def age_strip(seen: Sequence[Seen]) -> str:
    """SVG: each kilometre, darker the longer ago all were there; hatched where they never were."""
    route_km = seen[-1].to_km
    out = [
        f'<svg class="strip" viewBox="0 0 {_WIDTH:g} 62" role="img" '
        'aria-label="Days since each kilometre was last seen by all who owe the patrol">'
    ]
    for km in _ticks(route_km):
        x = _x(km, route_km)
        out.append(f'<text class="lab" x="{x:.1f}" y="14" text-anchor="middle">{km:g} km</text>')
    for one in seen:
        x, right = _x(one.from_km, route_km), _x(one.to_km, route_km)
        kind = "never" if one.days is None else "aged"
        shade = "" if one.days is None else f' fill-opacity="{min(0.12 + one.days / 45, 1):.2f}"'
        out.append(
            f'<rect class="{kind}"{shade} x="{x:.1f}" y="22" width="{right - x:.1f}" height="30"/>'
        )
    out.append("</svg>")
    return "".join(out)


def _bar(kind: str, low: float, high: float, y: float, route_km: float) -> str:
    x = _x(low, route_km)
    width = max(_x(high, route_km) - x, 0.8)
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_LANE:g}"/>'


def _x(km: float, route_km: float) -> float:
    return _LEFT + km / max(route_km, 1e-9) * (_WIDTH - _LEFT - 20)


def _ticks(route_km: float) -> list[float]:
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if route_km / s <= 12), 1000)
    return [float(k) for k in range(0, int(route_km) + 1, step)]
