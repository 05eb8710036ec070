"""Credentials as they rest on disk: sealed, so that a copy of the database tells nothing."""

from __future__ import annotations

from haneul.kit.errors import Unavailable
from haneul.services.identity.model import Credential, SealedCredential
from haneul.services.identity.parts import Parts


def open_blob(parts: Parts, sealed: SealedCredential) -> str:
    plain = parts.credential_keys.open(sealed.sealed_blob.encode())
    if plain is None:
        raise Unavailable(
            "credential.key_lost",
            f"The credential {sealed.id} was sealed with a key that is gone: restore keys/credentials "
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
        sealed_blob=parts.credential_keys.seal(credential.blob.encode(), parts.clock.now()).decode(),
        user_id=credential.user_id,
        project_id=credential.project_id,
        extra=credential.extra,
        access_hash=access_hash,
    )
