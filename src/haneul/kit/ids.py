"""New identifiers."""

from __future__ import annotations

import re
import uuid

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def new_uuid() -> str:
    """A random UUID in its dashed form, as servers, images and ports bear it."""
    return str(uuid.uuid4())


def new_hex() -> str:
    """A random UUID as 32 hexadecimal digits, as projects and users bear it."""
    return uuid.uuid4().hex


def is_uuid(text: str) -> bool:
    """True for a UUID with or without its dashes."""
    return bool(_UUID.fullmatch(text)) or (len(text) == 32 and all(c in "0123456789abcdefABCDEF" for c in text))
