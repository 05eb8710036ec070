"""A project's networks as a map: what is plugged into what, and where each of it is drawn.

Four columns from the outside inwards: external networks, routers, networks, the servers on each of them. Lengths are
in units of the drawing, which is WIDTH wide and as high as it has to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from unicodedata import east_asian_width

from haneul.services.compute import ServerState

WIDTH = 1180
_OUTSIDE_X, _ROUTER_X, _NETWORK_X, _SERVER_X = 0, 220, 440, 710
_NARROW, _BROAD = 160, 220
_ROW, _GAP, _PAD = 18, 14, 12
_CHIP_WIDTH, _CHIP_HEIGHT, _CHIP_GAP, _CHIPS_ABREAST = 228, 68, 8, 2
_MOST_CHIPS = 6
"""So many servers of a network are drawn before it is opened."""
_MOST_SUBNETS = 4
_WIDE_LETTERS = "WF"
T = TypeVar("T")


@dataclass(frozen=True)
class Plug:
    """A server where it is plugged into a network."""

    server_id: str
    name: str
    state: ServerState
    addresses: tuple[str, ...] = ()
    floating_ips: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outside:
    """A network by which routers lead out."""

    id: str
    name: str
    floating_ips: int = 0
    idle_floating_ips: int = 0
    """Those that lead nowhere."""


@dataclass(frozen=True)
class Way:
    """A router: between which networks, and by which it leads out."""

    id: str
    name: str
    outside_id: str = ""
    network_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Area:
    """A network with its servers."""

    id: str
    """Empty: what is plugged into no network."""
    name: str
    cidrs: tuple[str, ...] = ()
    plugs: tuple[Plug, ...] = ()
    needs_router: bool = False
    """It is the project's own, has a subnet and no router."""


@dataclass(frozen=True)
class Topology:
    outsides: tuple[Outside, ...] = ()
    ways: tuple[Way, ...] = ()
    areas: tuple[Area, ...] = ()
    is_partial: bool = False
    """There is more than a map can show."""

    @property
    def is_empty(self) -> bool:
        return not (self.ways or self.areas or self.outsides)


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True)
class PlacedArea:
    area: Area
    box: Box
    chips: tuple[tuple[Plug, Box], ...]
    more: int
    """So many servers are not drawn."""
    more_y: int
    """Where that is written."""

    @property
    def end(self) -> int:
        chips = self.chips[-1][1].y + _CHIP_HEIGHT if self.chips else 0
        return max(self.box.y + self.box.height, self.more_y if self.more else chips)


@dataclass(frozen=True)
class Drawing:
    height: int
    outsides: tuple[tuple[Outside, Box], ...]
    ways: tuple[tuple[Way, Box], ...]
    areas: tuple[PlacedArea, ...]
    lines: tuple[str, ...]
    """As SVG's paths are written."""


def drawn(topology: Topology, opened: str = "") -> Drawing:
    """The map with everything at its place; of the network `opened` all servers are drawn."""
    areas, y = [], 0
    for area in topology.areas:
        placed = _placed(area, y, is_open=area.id == opened != "")
        areas.append(placed)
        y = placed.end + _GAP
    at = {placed.area.id: placed.box for placed in areas if placed.area.id}
    wanted = [(way, [at[each].middle for each in way.network_ids if each in at]) for way in topology.ways]
    ways = _column(wanted, _ROUTER_X, 50)
    feet: list[tuple[Outside, Sequence[int]]] = [
        (outside, [box.middle for way, box in ways if way.outside_id == outside.id]) for outside in topology.outsides
    ]
    outsides = _column(feet, _OUTSIDE_X, 68)
    out = {outside.id: box for outside, box in outsides}
    lines = [_line(out[way.outside_id], box) for way, box in ways if way.outside_id in out]
    lines += [_line(box, at[each]) for way, box in ways for each in way.network_ids if each in at]
    lines += [_line(placed.box, placed.chips[0][1]) for placed in areas if placed.chips]
    ends = [box.y + box.height for _, box in (*ways, *outsides)]
    return Drawing(max([y, *ends], default=0) + 2, tuple(outsides), tuple(ways), tuple(areas), tuple(lines))


def short(text: str, most: int) -> str:
    """The text, cut so that it takes no more room than `most` Latin letters."""
    room = most
    for place, letter in enumerate(text):
        room -= 2 if east_asian_width(letter) in _WIDE_LETTERS else 1
        if room < 0:
            return text[: max(0, place - 1)] + "…"
    return text


def _placed(area: Area, y: int, *, is_open: bool) -> PlacedArea:
    shown = area.plugs if is_open or len(area.plugs) <= _MOST_CHIPS else area.plugs[:_MOST_CHIPS]
    rows = 2 + min(len(area.cidrs), _MOST_SUBNETS) + area.needs_router if area.id else 1
    chips = []
    for number, plug in enumerate(shown):
        down, along = divmod(number, _CHIPS_ABREAST)
        x = _SERVER_X + along * (_CHIP_WIDTH + _CHIP_GAP)
        chips.append((plug, Box(x, y + down * (_CHIP_HEIGHT + _CHIP_GAP), _CHIP_WIDTH, _CHIP_HEIGHT)))
    box = Box(_NETWORK_X, y, _BROAD, 2 * _PAD + rows * _ROW)
    end = chips[-1][1].y + _CHIP_HEIGHT if chips else y
    return PlacedArea(area, box, tuple(chips), len(area.plugs) - len(shown), end + _ROW)


def _column(things: Iterable[tuple[T, Sequence[int]]], x: int, height: int) -> list[tuple[T, Box]]:
    """Each thing as near as may be to the middle of what it is tied to, below the one before it."""
    # What is tied to nothing comes last.
    middles = [(sum(ties) // len(ties) if ties else None, thing) for thing, ties in things]
    middles.sort(key=lambda each: (each[0] is None, each[0] or 0))
    placed, free = [], 0
    for middle, thing in middles:
        y = max(free, middle - height // 2) if middle is not None else free
        placed.append((thing, Box(x, y, _NARROW, height)))
        free = y + height + _GAP
    return placed


def _line(left: Box, right: Box) -> str:
    begin, end = left.x + left.width, right.x
    half = (begin + end) // 2
    return f"M{begin} {left.middle}C{half} {left.middle} {half} {right.middle} {end} {right.middle}"
