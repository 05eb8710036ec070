"""What may not be done with a token that stands for somebody else's trust."""

from __future__ import annotations

from haneul.kit.errors import Forbidden
from haneul.kit.policy import Caller


def refuse_lent(caller: Caller, what: str) -> None:
    """Forbidden with a token of a trust or an application credential: what it would make outlives it."""
    if caller.trust_id or caller.application_credential_id:
        raise Forbidden(
            "token.delegated",
            f"A token made of a trust or an application credential may not manage {what}: sign in by password.",
        )


def refuse_trust_or_restricted(caller: Caller, what: str) -> None:
    """Forbidden with a token of a trust, or of an application credential that is not unrestricted."""
    if caller.trust_id or caller.is_restricted:
        raise Forbidden(
            "token.delegated",
            f"A token made of a trust or a restricted application credential may not manage {what}: "
            "sign in by password.",
        )
