"""Proving who somebody is: every method that a sign-in may use."""

from __future__ import annotations

import hmac
import struct
from base64 import b32decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1

from haneul.kit import passwords
from haneul.kit.errors import Forbidden, Unauthenticated
from haneul.services.identity.model import (
    AccessToken,
    ApplicationCredential,
    AuthRequest,
    Claims,
    Federation,
    Password,
    Receipt,
    Ref,
    Token,
    User,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.oauth1_signatures import Signatures
from haneul.services.identity.verbs.sealed import open_blob

_REFUSAL = "The request you have made requires authentication."
_TOTP_STEP_S = 30
_TOTP_WINDOWS = (0, -1)


def refused() -> Unauthenticated:
    """The same words for every reason, so that nobody learns which part was wrong."""
    return Unauthenticated("auth.refused", _REFUSAL)


@dataclass(frozen=True)
class Proof:
    """Who somebody proved to be, and what the proof hands on to their token."""

    user: User
    methods: tuple[str, ...]
    parent: Claims | None = None
    """Of the token that the proof was made with."""
    application_credential: ApplicationCredential | None = None
    access_token: AccessToken | None = None
    federation: Federation | None = None


def joined(proofs: Sequence[Proof]) -> Proof:
    """What several proofs come to; Unauthenticated unless they are of one user."""
    if len({proof.user.id for proof in proofs}) > 1:
        raise refused()
    methods = tuple(dict.fromkeys(method for proof in proofs for method in proof.methods))
    standing = ("parent", "application_credential", "access_token", "federation")
    found = {name: next(filter(None, (getattr(proof, name) for proof in proofs)), None) for name in standing}
    return Proof(proofs[0].user, methods, **found)


class MoreMethodsNeeded(Unauthenticated):
    """What was proved is right, but this user must prove more."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        ways = " or ".join("+".join(rule) for rule in receipt.required)
        super().__init__(
            "auth.more_methods",
            f"This user must prove who they are by several methods: {ways}. Send the missing ones with the receipt.",
        )


class Prover:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._signatures = Signatures(parts)
        self._store = parts.store

    def find_user(self, ref: Ref | None) -> User | None:
        if ref is None:
            return None
        if ref.id is not None:
            return self._store.users.find(ref.id)
        domain_id = self.find_domain_id(ref.domain)
        return self._store.users.find_by_name(ref.name or "", domain_id) if domain_id else None

    def find_domain_id(self, ref: Ref | None) -> str | None:
        if ref is None:
            return None
        if ref.id is not None:
            return ref.id
        domain = self._store.projects.find_by_name(ref.name or "", None)
        return domain.id if domain else None

    def by_password(self, request: AuthRequest) -> Proof:
        """Takes equally long, and writes as much, for unknown, locked and disabled users."""
        found = self.find_user(request.user)
        user, password = self.check_password(found, request.password)
        if _has_passed(password.expires_at, self._parts.clock.now()) and not user.option("ignore_password_expiry"):
            raise Unauthenticated(
                "password.expired",
                f"The password is expired and needs to be changed for user: {user.id}. Change it with "
                f"POST /v3/users/{user.id}/password.",
            )
        return Proof(user, ("password",))

    def check_password(self, user: User | None, password: str) -> tuple[User, Password]:
        """Raises unless it is the user's password; counts failures, and locks the user after too many."""
        newest = self._store.passwords.newest(user.id) if user else []
        fits = passwords.matches(password, newest[0].hash if newest else None)
        if user is None or not newest or self._is_locked(user) or not fits:
            raise self._failed(user if newest else None)
        return user, newest[0]

    def by_application_credential(self, request: AuthRequest) -> Proof:
        found = self._application_credential(request)
        fits = passwords.matches(request.application_credential_secret, found.secret_hash if found else None)
        user = self._store.users.find(found.user_id) if found else None
        if found is None or user is None or not fits or _has_passed(found.expires_at, self._parts.clock.now()):
            raise refused()
        return Proof(user, ("application_credential",), application_credential=found)

    def _application_credential(self, request: AuthRequest) -> ApplicationCredential | None:
        ref = request.application_credential
        if ref is None:
            return None
        if ref.id is not None:
            return self._store.application_credentials.find(ref.id)
        user = self.find_user(request.application_credential_user)
        return self._store.application_credentials.find_by_name(user.id, ref.name or "") if user else None

    def by_totp(self, request: AuthRequest) -> Proof:
        """RFC 6238 with SHA-1, six digits and thirty seconds; the code before the present one also counts."""
        user = self.find_user(request.totp_user)
        now = int(self._parts.clock.now().timestamp()) // _TOTP_STEP_S
        table = self._store.credentials.table.c
        kept = self._store.credentials.all(table.user_id == (user.id if user else ""), table.type == "totp")
        seeds = [open_blob(self._parts, each) for each in kept]
        codes = [totp_code(seed, now + window) for seed in seeds for window in _TOTP_WINDOWS]
        given = request.passcode.encode("utf-8", "surrogatepass")
        fits = any(hmac.compare_digest(code, given) for code in codes if code)
        if user is None or self._is_locked(user) or not fits:
            raise self._failed(user)
        return Proof(user, ("totp",))

    def by_token(self, token: Token, request: AuthRequest) -> Proof:
        """A token of a person, to be had for another scope; what others lent cannot be lent on."""
        claims, scope = token.claims, request.scope
        if token.caller.is_lent:
            raise Forbidden(
                "token.delegated",
                "A token made of a trust, an application credential, EC2 or OAuth keys cannot be used to make another "
                "one: sign in with those again.",
            )
        if claims.is_system and scope is not None and (scope.project or scope.domain):
            raise Forbidden(
                "token.system_scoped",
                "A system-scoped token cannot be used to make one for a project or domain: sign in by password.",
            )
        methods = (*claims.methods, *(() if "token" in claims.methods else ("token",)))
        return Proof(token.user, methods, parent=claims, federation=claims.federation)

    def by_oauth1(self, request: AuthRequest) -> Proof:
        """The request itself is signed with a consumer's keys and those that a user gave it."""
        if request.signed is None:
            raise refused()
        found = self._signatures.access_token(request.signed)
        user = self._store.users.find(found.authorizing_user_id)
        if user is None:
            raise refused()
        return Proof(user, ("oauth1",), access_token=found)

    def _is_locked(self, user: User) -> bool:
        settings = self._parts.settings
        if not settings.lockout_attempts or user.option("ignore_lockout_failure_attempts"):
            return False
        if user.failed_attempts < settings.lockout_attempts or user.failed_at is None:
            return False
        return self._parts.clock.now() < user.failed_at + timedelta(seconds=settings.lockout_s)

    def _failed(self, user: User | None) -> Unauthenticated:
        """One more failure; whoever was named, something is written, so that time does not tell who exists."""
        settings, now = self._parts.settings, self._parts.clock.now()
        if user is None or self._is_locked(user):
            self._store.users.count_nobodys_failure(now)
            return refused()
        is_over = user.failed_at is not None and (
            user.failed_attempts >= settings.lockout_attempts > 0
            and now >= user.failed_at + timedelta(seconds=settings.lockout_s)
        )
        self._store.users.count_failure(user.id, now, afresh=is_over)
        return refused()


def _has_passed(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def totp_code(seed: str, step: int) -> bytes | None:
    """The six digits for a time step; None if the seed is not base32."""
    text = seed.strip().replace(" ", "").upper()
    try:
        key = b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        return None
    digest = hmac.new(key, struct.pack(">Q", step), sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}".encode()
