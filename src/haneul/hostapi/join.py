"""How a host joins: the token that an operator carries to it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import msgspec

_MARK = "haneul1."


@dataclass(frozen=True)
class JoinToken:
    """All that a machine must know to become a host; good once and for a short time."""

    address: str
    """host:port of the control plane's listener for agents; of several, separated by commas."""
    ca_fingerprint: str
    """SHA-256 of the authority's certificate, hexadecimal: whom to believe."""
    secret: str
    """What the control plane knows by its hash."""

    def text(self) -> str:
        """As one word that can be pasted into a command line."""
        packed = base64.urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=")
        return _MARK + packed.decode()


def parse_join_token(text: str) -> JoinToken:
    """The token in `text`. Raises ValueError when it is none or was cut off while copying."""
    body = text.strip()
    if not body.startswith(_MARK):
        raise ValueError(f"A join token begins with {_MARK}: copy it whole from the control plane")
    body = body.removeprefix(_MARK)
    try:
        packed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return msgspec.json.decode(packed, type=JoinToken)
    except (binascii.Error, msgspec.DecodeError) as error:
        raise ValueError("The join token is damaged: copy it whole from the control plane") from error
