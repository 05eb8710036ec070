"""Programs for the kernel's packet filter, written instruction by instruction (RFC 9669), with names for places."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

PASS, DROP = 2, 1
"""What a program answers with (linux/bpf.h, enum xdp_action)."""
_ADD, _AND, _SHIFT_LEFT = 0x07, 0x57, 0x67
_ADD_REGISTER, _MOVE, _MOVE_REGISTER = 0x0F, 0xB7, 0xBF
_TO_BIG_ENDIAN, _EXIT = 0xDC, 0x95
_GO, _IF_EQUAL, _IF_GREATER_REGISTER = 0x05, 0x15, 0x2D
_LOADS = {1: 0x71, 2: 0x69, 4: 0x61}


@dataclass
class Code:
    """Grows line by line. Registers are numbers from 0 to 9; 1 holds the kernel's account of the packet."""

    _lines: list[tuple[int, int, int, int | str, int]] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def place(self, name: str) -> None:
        """The next line can be gone to by this name."""
        self._places[name] = len(self._lines)

    def load(self, into: int, base: int, offset: int, size: int) -> None:
        """`size` bytes, 1, 2 or 4, in the machine's own order."""
        self._add(_LOADS[size], into, base, offset)

    def from_network(self, register: int) -> None:
        """Read the 16 bits in it as the network's order of bytes has them."""
        self._add(_TO_BIG_ENDIAN, register, number=16)

    def set(self, register: int, number: int) -> None:
        self._add(_MOVE, register, number=number)

    def copy(self, into: int, register: int) -> None:
        self._add(_MOVE_REGISTER, into, register)

    def add(self, register: int, number: int) -> None:
        self._add(_ADD, register, number=number)

    def add_register(self, register: int, other: int) -> None:
        self._add(_ADD_REGISTER, register, other)

    def keep_bits(self, register: int, bits: int) -> None:
        self._add(_AND, register, number=bits)

    def shift_left(self, register: int, bits: int) -> None:
        self._add(_SHIFT_LEFT, register, number=bits)

    def go(self, place: str) -> None:
        self._add(_GO, 0, 0, place)

    def go_if_equal(self, register: int, number: int, place: str) -> None:
        self._add(_IF_EQUAL, register, 0, place, number)

    def go_if_beyond(self, register: int, other: int, place: str) -> None:
        """If the first is greater than the second."""
        self._add(_IF_GREATER_REGISTER, register, other, place)

    def answer(self, verdict: int) -> None:
        """The end: PASS or DROP."""
        self.set(0, verdict)
        self._add(_EXIT, 0)

    def assemble(self) -> bytes:
        """Eight bytes an instruction, on a machine whose least significant byte comes first.

        Raises KeyError for a place that is nowhere.
        """
        return b"".join(
            struct.pack("<BBhi", operation, into | source << 4, self._offset(line, offset), number)
            for line, (operation, into, source, offset, number) in enumerate(self._lines)
        )

    def _offset(self, line: int, offset: int | str) -> int:
        """Jumps count from the line behind them."""
        return offset if isinstance(offset, int) else self._places[offset] - line - 1

    def _add(self, operation: int, into: int, source: int = 0, offset: int | str = 0, number: int = 0) -> None:
        self._lines.append((operation, into, source, offset, number))
