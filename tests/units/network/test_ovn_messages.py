"""Messages of OVN's databases are read whole, wherever the stream was cut."""

from __future__ import annotations

import json

import pytest

from haneul.drivers.network.ovn.messages import MessageParser

MESSAGES = [
    {"id": 1, "result": [{"text": 'braces }{][ and a " quote'}, []], "error": None},
    {"method": "update3", "params": ["a\\", {"deep": [[[{"x": 1.5}]]]}, "\u00e9\n"], "id": None},
    {},
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
def test_every_message_comes_out_of_a_stream_cut_anywhere(size: int) -> None:
    stream = "".join(json.dumps(each) for each in MESSAGES)
    read, parser = [], MessageParser()
    for start in range(0, len(stream), size):
        piece = stream[start : start + size]
        while piece:
            piece = piece[parser.feed(piece) :]
            if parser.is_done():
                read.append(parser.finish())
                parser = MessageParser()

    assert read == MESSAGES


def test_what_cannot_be_read_is_told_as_text() -> None:
    parser = MessageParser()
    parser.feed('{"a": nonsense}')

    assert parser.is_done() and isinstance(parser.finish(), str)


def test_what_follows_is_wrong_where_nothing_may() -> None:
    parser = MessageParser(check_trailer=True)
    parser.feed('{"a": 1} and more')

    assert isinstance(parser.finish(), str)
