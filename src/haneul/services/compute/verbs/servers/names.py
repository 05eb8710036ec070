"""Names of servers, and the host names that follow from them."""

from __future__ import annotations

import re

_LONGEST = 63


def numbered(name: str, index: int, count: int) -> str:
    """The name of one of several servers made at once: web-1, web-2 ..."""
    return name if count == 1 else f"{name}-{index + 1}"


def host_name(name: str, fallback: str) -> str:
    """`name` as a host name: lower case letters, digits and dashes; `fallback` if nothing of it is left."""
    dashed = re.sub(r"[ _.]+", "-", name.lower())
    kept = re.sub(r"[^a-z0-9-]", "", dashed).strip("-")
    return kept[:_LONGEST].rstrip("-") or fallback
