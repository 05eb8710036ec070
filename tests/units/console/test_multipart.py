"""Forms with a file, in whatever pieces they come."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.console.multipart import read_form
from haneul.kit.errors import Invalid

KIND = "multipart/form-data; boundary=----x"
PARTS = (
    b'------x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xed\x95\x98\xeb\x8a\x98\r\n'
    b'------x\r\ncontent-disposition: form-data; name="empty"\r\n\r\n\r\n'
)
HEAD = b'------x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: x/y\r\n\r\n'
DATA = b"\r\n--\r\n------\r\n------y" * 20
FORM = PARTS + HEAD + DATA + b"\r\n------x--\r\n"


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[place : place + size] for place in range(0, len(body), size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_a_form_is_read_however_it_is_cut(size: int) -> None:
    form = read_form(KIND, pieces(FORM, size))
    assert form.fields == {"name": ["하늘"], "empty": [""]}
    assert form.file is not None
    assert b"".join(form.file) == DATA


@pytest.mark.parametrize("length", range(0, len(FORM) - 4, 5))
def test_a_form_that_breaks_off_is_refused(length: int) -> None:
    with pytest.raises(Invalid):
        form = read_form(KIND, pieces(FORM[:length], 9))
        assert form.file is not None
        b"".join(form.file)


def test_a_large_file_is_held_in_pieces() -> None:
    form = read_form(KIND, pieces(PARTS + HEAD + bytes(1_000_000) + b"\r\n------x--\r\n", 1000))
    assert form.file is not None
    sizes = [len(each) for each in form.file]
    assert sum(sizes) == 1_000_000
    assert max(sizes) < 2100


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"a=b"),
        ("multipart/form-data", FORM),
        ("multipart/form-data; boundary=" + "x" * 71, FORM),
        (KIND, b"------x\r\nContent-Disposition: form-data\r\n\r\n\r\n------x--"),
        (KIND, b'------x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n------x--'),
        (KIND, b'------x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + bytes(100_000)),
        (KIND, b'------x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 60 + b"------x--"),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        read_form(kind, pieces(body, 4096))
    assert refusal.value.code == "request.malformed"
