"""Forms with a file (RFC 7578), read as they come: the fields at once, the file piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from haneul.kit.errors import Invalid

_MOST_BYTES = 64 * 1024
"""So long may a field be."""
_MOST_FIELDS = 50


@dataclass
class Form:
    fields: dict[str, list[str]] = field(default_factory=dict)
    """Those that stand before the file."""
    file: Iterator[bytes] | None = None
    """Still on its way: to be read once; raises Invalid if the form breaks off within."""


def read_form(content_type: str, chunks: Iterator[bytes]) -> Form:
    """The form as far as its file. Raises Invalid("request.malformed") for what is none."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70:
        raise _malformed()
    return _Reader(boundary, chunks).read()


class _Reader:
    """Feeds the parser, and keeps what it tells of the part that it is in."""

    def __init__(self, boundary: bytes, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._form = Form()
        self._parts = self._field_bytes = 0
        self._header, self._value = b"", b""
        self._name: str | None = None
        self._is_in_file = self._is_behind_file = self._is_at_end = False
        self._data: list[bytes] = []
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_to_header,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_data,
                "on_part_data": self._add_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    def read(self) -> Form:
        while not (self._is_in_file or self._is_behind_file or self._is_at_end):
            self._feed()
        if self._is_in_file or self._is_behind_file:
            self._form.file = self._stream()
        return self._form

    def _stream(self) -> Iterator[bytes]:
        while True:
            pieces, self._data = self._data, []
            yield from pieces
            if self._is_behind_file:
                return
            self._feed()

    def _feed(self) -> None:
        piece = next(self._chunks, None)
        if piece is None:
            raise _malformed()
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _malformed() from error

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > _MOST_FIELDS:
            raise _malformed()
        self._name, self._field_bytes = None, 0
        if not self._is_behind_file:
            self._data = []

    def _add_to_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition" and not self._is_behind_file:
            _, options = parse_options_header(self._value)
            name = options.get(b"name")
            self._name = None if name is None else _text(name)
            self._is_in_file = bool(options.get(b"filename"))  # One that was not chosen is an empty field.
        self._header, self._value = b"", b""

    def _begin_data(self) -> None:
        if self._name is None and not self._is_behind_file:
            raise _malformed()

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_behind_file:
            return
        self._data.append(data[start:end])
        self._field_bytes += end - start
        if not self._is_in_file and self._field_bytes > _MOST_BYTES:
            raise _malformed()

    def _end_part(self) -> None:
        if self._is_in_file:
            self._is_in_file, self._is_behind_file = False, True
        elif not self._is_behind_file:
            self._form.fields.setdefault(self._name or "", []).append(_text(b"".join(self._data)))

    def _end(self) -> None:
        self._is_at_end = True


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _malformed() from None


def _malformed() -> Invalid:
    return Invalid("request.malformed", "The form cannot be read: go back and send it again.")
