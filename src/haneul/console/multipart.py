"""Forms with a file (RFC 7578), read as they come: the fields at once, the file piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from haneul.kit.errors import Invalid

_TYPE = re.compile(r'multipart/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s";,]{1,70}))', re.IGNORECASE)
_NAME = re.compile(r';\s*name="([^"]*)"', re.IGNORECASE)
_FILE_NAME = re.compile(r';\s*filename="([^"]*)"', re.IGNORECASE)
_DISPOSITION = b"content-disposition:"
_MOST_BYTES = 64 * 1024
"""So long may a field be, and the heads of a part."""
_MOST_FIELDS = 50


@dataclass(frozen=True)
class Upload:
    """The file of a form, still on its way."""

    chunks: Iterator[bytes]
    """To be read once; raises Invalid if the form breaks off within."""
    size_bytes: int | None = None
    """Where the form's own length tells it: for a file that stands last in the form."""


@dataclass
class Form:
    fields: dict[str, list[str]] = field(default_factory=dict)
    """Those that stand before the file."""
    file: Upload | None = None


def read_form(content_type: str, chunks: Iterator[bytes], length_bytes: int | None = None) -> Form:
    """The form as far as its file. Raises Invalid("request.malformed") for what is none.

    `length_bytes`: of the whole body, where it is announced.
    """
    found = _TYPE.fullmatch(content_type.strip())
    if found is None:
        raise _malformed()
    mark = b"\r\n--" + (found[1] or found[2]).encode("latin-1")
    body = _Body(chunks)
    body.take_until(mark)
    form = Form()
    for _ in range(_MOST_FIELDS):
        if not body.begins_a_part():
            return form
        name, is_file = _named(body.take_until(b"\r\n\r\n"))
        if is_file:
            size = None if length_bytes is None else length_bytes - body.taken_bytes - len(mark) - len(b"--\r\n")
            form.file = Upload(body.stream_until(mark), size if size is None or size >= 0 else None)
            return form
        form.fields.setdefault(name, []).append(_text(body.take_until(mark)))
    raise _malformed()


class _Body:
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        # A mark begins with the end of a line; before the first one stands none.
        self._held = b"\r\n"
        self.taken_bytes = -2
        """So many of the body are behind."""

    def take_until(self, mark: bytes) -> bytes:
        """What stands before the mark, which is taken too."""
        while (place := self._held.find(mark)) < 0:
            if len(self._held) > _MOST_BYTES:
                raise _malformed()
            self._held += self._next()
        return self._take(place + len(mark))[:place]

    def begins_a_part(self) -> bool:
        """After a mark: whether a part follows; else the form is at its end."""
        while len(self._held) < 2:
            self._held += self._next()
        return self._take(2) == b"\r\n"

    def stream_until(self, mark: bytes) -> Iterator[bytes]:
        kept = len(mark) - 1
        while (place := self._held.find(mark)) < 0:
            if len(self._held) > kept:
                yield self._take(len(self._held) - kept)
            self._held += self._next()
        if place:
            yield self._take(place)

    def _take(self, count: int) -> bytes:
        taken, self._held = self._held[:count], self._held[count:]
        self.taken_bytes += count
        return taken

    def _next(self) -> bytes:
        piece = next(self._chunks, None)
        if piece is None:
            raise _malformed()
        return piece


def _named(head: bytes) -> tuple[str, bool]:
    """The name of a part, and whether it is a file; one that was not chosen is an empty field."""
    for line in head.split(b"\r\n"):
        if line.lower().startswith(_DISPOSITION):
            told = _text(line)
            name, file_name = _NAME.search(told), _FILE_NAME.search(told)
            if name:
                return name[1], file_name is not None and bool(file_name[1])
    raise _malformed()


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _malformed() from None


def _malformed() -> Invalid:
    return Invalid("request.malformed", "The form cannot be read: go back and send it again.")
