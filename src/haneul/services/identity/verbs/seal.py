"""Claims as the text of a token, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from haneul.kit.keyring import Keyring
from haneul.services.identity.model import Claims, Federation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEX = frozenset("0123456789abcdef")
_MICROSECOND = timedelta(microseconds=1)


class _Sealed(msgspec.Struct, array_like=True, frozen=True):
    """The claims in the order in which they are packed; new ones are added at the end."""

    user_id: bytes
    epoch: int
    methods: tuple[str, ...]
    audit_ids: tuple[str, ...]
    issued_us: int
    expires_us: int
    project_id: bytes = b""
    domain_id: bytes = b""
    is_system: bool = False
    trust_id: bytes = b""
    application_credential_id: bytes = b""
    federation: tuple[str, str, tuple[bytes, ...]] | None = None
    access_token_id: bytes = b""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Sealed)


class TokenSeal:
    """Tokens are Fernet-sealed msgpack: nobody else can make, change or read one."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    def seal(self, claims: Claims) -> str:
        sealed = _Sealed(
            user_id=_pack(claims.user_id),
            epoch=claims.epoch,
            methods=claims.methods,
            audit_ids=claims.audit_ids,
            issued_us=_number(claims.issued_at),
            expires_us=_number(claims.expires_at),
            project_id=_pack(claims.project_id),
            domain_id=_pack(claims.domain_id),
            is_system=claims.is_system,
            trust_id=_pack(claims.trust_id),
            application_credential_id=_pack(claims.application_credential_id),
            federation=_pack_federation(claims.federation),
            access_token_id=_pack(claims.access_token_id),
        )
        return self._keys.seal(_ENCODER.encode(sealed), claims.issued_at).rstrip(b"=").decode()

    def open(self, text: str) -> Claims | None:
        """None if the text is no token of this cloud."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        except UnicodeEncodeError:
            return None
        plain = self._keys.open(padded)
        if plain is None:
            return None
        try:
            sealed = _DECODER.decode(plain)
        except msgspec.DecodeError:
            # Sealed by this cloud, but not as a token: a receipt.
            return None
        return Claims(
            user_id=_unpack(sealed.user_id),
            epoch=sealed.epoch,
            methods=sealed.methods,
            audit_ids=sealed.audit_ids,
            issued_at=_time(sealed.issued_us),
            expires_at=_time(sealed.expires_us),
            project_id=_unpack(sealed.project_id),
            domain_id=_unpack(sealed.domain_id),
            is_system=sealed.is_system,
            trust_id=_unpack(sealed.trust_id),
            application_credential_id=_unpack(sealed.application_credential_id),
            federation=_unpack_federation(sealed.federation),
            access_token_id=_unpack(sealed.access_token_id),
        )


def _pack(text: str) -> bytes:
    """Half the length for 32 hexadecimal digits, which begin with a zero byte."""
    if len(text) == 32 and not set(text) - _HEX:
        return b"\0" + bytes.fromhex(text)
    return text.encode()


def _unpack(packed: bytes) -> str:
    return packed[1:].hex() if packed[:1] == b"\0" else packed.decode()


def _pack_federation(federation: Federation | None) -> tuple[str, str, tuple[bytes, ...]] | None:
    if federation is None:
        return None
    return federation.idp_id, federation.protocol_id, tuple(_pack(each) for each in federation.group_ids)


def _unpack_federation(packed: tuple[str, str, tuple[bytes, ...]] | None) -> Federation | None:
    if packed is None:
        return None
    idp_id, protocol_id, group_ids = packed
    return Federation(idp_id, protocol_id, tuple(_unpack(each) for each in group_ids))


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _time(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)
