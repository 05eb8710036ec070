"""What may not be done with a token that stands for somebody else's trust."""

from __future__ import annotations

from haneul.kit.errors import Forbidden
from haneul.kit.policy import Caller


def refuse_lent(caller: Caller, what: str) -> None:
    """Forbidden with a token of a trust, an application credential, EC2 or OAuth keys: what it makes outlives it."""
    if caller.is_lent:
        raise Forbidden(
            "token.delegated",
            f"A token made of a trust, an application credential, EC2 or OAuth keys may not manage {what}: "
            "sign in by password.",
        )


def refuse_trust_or_restricted(caller: Caller, what: str) -> None:
    """Forbidden with a lent token, except that of an unrestricted application credential."""
    if caller.is_restricted or (caller.is_lent and not caller.application_credential_id):
        raise Forbidden(
            "token.delegated",
            f"A token made of a trust, a restricted application credential, EC2 or OAuth keys may not manage {what}: "
            "sign in by password.",
        )
