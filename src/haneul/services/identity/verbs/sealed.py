"""Credentials as they rest on disk: sealed, so that a copy of the database tells nothing."""

from __future__ import annotations

from haneul.kit.errors import Unavailable
from haneul.services.identity.model import Credential, SealedCredential
from haneul.services.identity.parts import Parts


def seal_text(parts: Parts, text: str) -> str:
    return parts.credential_keys.seal(text.encode(), parts.clock.now()).decode()


def open_blob(parts: Parts, sealed: SealedCredential) -> str:
    return open_text(parts, sealed.sealed_blob, sealed.id)


def open_text(parts: Parts, sealed: str, whose_id: str) -> str:
    """What `seal_text` sealed; `whose_id` is what it belongs to."""
    plain = parts.credential_keys.open(sealed.encode())
    if plain is None:
        raise Unavailable(
            "credential.key_lost",
            f"The credential {whose_id} was sealed with a key that is gone: restore keys/credentials "
            "of the state directory from a backup, or delete the credential.",
        )
    return plain.decode()


def open_credential(parts: Parts, sealed: SealedCredential) -> Credential:
    return Credential(
        id=sealed.id,
        type=sealed.type,
        blob=open_blob(parts, sealed),
        user_id=sealed.user_id,
        project_id=sealed.project_id,
        extra=sealed.extra,
    )


def seal_credential(parts: Parts, credential: Credential, access_hash: str | None = None) -> SealedCredential:
    """`access_hash` is that of an EC2 credential's access key."""
    return SealedCredential(
        id=credential.id,
        type=credential.type,
        sealed_blob=seal_text(parts, credential.blob),
        user_id=credential.user_id,
        project_id=credential.project_id,
        extra=credential.extra,
        access_hash=access_hash,
    )
