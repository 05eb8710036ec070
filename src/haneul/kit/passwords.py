"""Passwords and other secrets, kept so that nobody can read them back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

_LOG2_COST = 14
_BLOCK = 8
_LANES = 1
_SALT_BYTES = 16
_HASH_BYTES = 32


def hash_password(password: str) -> str:
    """The scrypt hash (RFC 7914) with its cost and salt: `$scrypt$ln=14,r=8,p=1$SALT$HASH`. Takes about 25 ms."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = _scrypt(password, salt, _LOG2_COST, _BLOCK, _LANES)
    return f"$scrypt$ln={_LOG2_COST},r={_BLOCK},p={_LANES}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def matches(password: str, kept: str | None) -> bool:
    """True if the hash was made of the password; None takes as long as a hash that does not match."""
    _, _, costs, salt, digest = (kept or _NOBODYS).split("$")
    cost = dict(part.split("=") for part in costs.split(","))
    made = _scrypt(password, b64decode(salt), int(cost["ln"]), int(cost["r"]), int(cost["p"]))
    return hmac.compare_digest(made, b64decode(digest)) and kept is not None


def new_secret() -> str:
    """86 characters that nobody guesses, for programs."""
    return secrets.token_urlsafe(64)


def _scrypt(password: str, salt: bytes, log2_cost: int, block: int, lanes: int) -> bytes:
    cost = 1 << log2_cost
    room = 128 * block * (cost + lanes + 2) + (1 << 20)
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=cost, r=block, p=lanes, maxmem=room, dklen=_HASH_BYTES
    )


_NOBODYS = (
    f"$scrypt$ln={_LOG2_COST},r={_BLOCK},p={_LANES}${b64encode(bytes(16)).decode()}${b64encode(bytes(32)).decode()}"
)
