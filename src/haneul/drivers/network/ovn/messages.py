"""What OVN's databases say, read by a fast parser.

The library `ovs` reads JSON character by character in Python where its C extension was not built: ten times the work of
everything else that is done with a message. This one finds where a message ends and leaves the rest to msgspec.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import ovs.json

_OUTSIDE = re.compile(r'["{}\[\]]')
_INSIDE = re.compile(r'["\\]')


class MessageParser:
    """Takes the place of `ovs.json.Parser`: fed with text until one message is whole."""

    def __init__(self, check_trailer: bool = False) -> None:
        """`check_trailer`: text after the message is an error; a stream may go on with the next one."""
        self._check_trailer = check_trailer
        self._texts: list[str] = []
        self._depth = 0
        self._is_in_string = False
        self._is_escaped = False
        self._is_done = False

    def feed(self, text: str) -> int:
        """Take in as much of the text as belongs to this message; answers how many characters that is."""
        at = self._end(text)
        taken = len(text) if self._check_trailer else at
        self._texts.append(text[:taken])
        return taken

    def is_done(self) -> bool:
        return self._is_done

    def finish(self) -> Any:
        """The message; for one that cannot be read a text that says why, as `ovs.jsonrpc` expects it."""
        try:
            return msgspec.json.decode("".join(self._texts))
        except msgspec.DecodeError as error:
            return str(error)

    def _end(self, text: str) -> int:
        """Behind the message's last character, or the text's where the message goes on."""
        at = 1 if self._is_escaped else 0
        self._is_escaped = False
        while (found := (_INSIDE if self._is_in_string else _OUTSIDE).search(text, at)) is not None:
            at = found.end()
            mark = found.group()
            if mark == '"':
                self._is_in_string = not self._is_in_string
            elif mark == "\\":
                self._is_escaped = at == len(text)
                at += 1
            else:
                self._depth += 1 if mark in "{[" else -1
                if self._depth <= 0:
                    self._is_done = True
                    return at
        return len(text)


def read_fast() -> None:
    """From now on every connection of this process to an OVSDB server reads by `MessageParser`."""
    if ovs.json.PARSER == ovs.json.PARSER_PY:
        ovs.json.Parser = MessageParser
