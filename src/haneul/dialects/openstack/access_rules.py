"""The access rules of application credentials: the only requests that a token may make.

Source: Identity API v3, "Application credential access rules": in a path `*` matches within a segment, `**` any rest,
`{name}` one segment.
"""

from __future__ import annotations

import re
from functools import lru_cache

from haneul.kit.policy import Caller


def allow(caller: Caller, service: str, method: str, path: str) -> bool:
    """True unless the caller's token has rules and none of them fits the request."""
    if caller.access_rules is None:
        return True
    return any(
        rule_service == service and rule_method == method and _pattern(rule_path).fullmatch(path)
        for rule_service, rule_method, rule_path in caller.access_rules
    )


@lru_cache(1024)
def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*|\{[^}]*\})", path)
    return re.compile("".join(_piece(part) for part in parts))


def _piece(part: str) -> str:
    if part == "**":
        return ".*"
    if part == "*" or (part.startswith("{") and part.endswith("}")):
        return "[^/]+"
    return re.escape(part)
