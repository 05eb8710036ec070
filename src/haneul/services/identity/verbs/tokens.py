"""Issuing, reading and revoking tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from haneul.kit.errors import Forbidden, Invalid, NotFound, OverQuota, Unauthenticated
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    AccessToken,
    AuthRequest,
    Claims,
    Credential,
    IssuedToken,
    Project,
    Ref,
    Scope,
    Token,
    Trust,
    User,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.ec2 import Ec2Prover, SignedRequest, SignedText
from haneul.services.identity.verbs.federated import FederatedProver
from haneul.services.identity.verbs.proof import MoreMethodsNeeded, Proof, Prover, joined, refused
from haneul.services.identity.verbs.reading import Reader
from haneul.services.identity.verbs.receipts import Receipts
from haneul.services.identity.verbs.seal import TokenSeal

_CACHED = 2000
_UNSCOPED = Scope()


@dataclass(frozen=True)
class _Read:
    """A token as it was read while the version had this number."""

    number: int
    token: Token


class Tokens:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._parts = parts
        self._store = parts.store
        self._seal = TokenSeal(parts.token_keys)
        self._reader = Reader(parts, access)
        self._prover = Prover(parts)
        self._ec2 = Ec2Prover(parts)
        self._federated = FederatedProver(parts)
        self._receipts = Receipts(parts)
        self._read_by_text: dict[str, _Read] = {}

    def authenticate(self, text: str) -> Caller:
        """Who holds the token; Unauthenticated unless it is valid this very moment."""
        return self.read(text).caller

    def read(self, text: str) -> Token:
        """The valid token behind the text, else Unauthenticated.

        A token that was read before is not looked up again until something changes that tokens may depend on.
        """
        if not text:
            raise Unauthenticated("token.missing", "The request you have made requires authentication.")
        number = self._store.version.number()
        known = self._read_by_text.get(text)
        if known is None or known.number != number or self._has_ended(known.token):
            claims = self._seal.open(text)
            if claims is None:
                raise Unauthenticated("token.unknown", "This is not a valid token of this cloud: sign in again.")
            self._refuse_late(claims)
            known = _Read(number, self._reader.read(claims))
            if len(self._read_by_text) >= _CACHED:
                self._read_by_text.clear()
            self._read_by_text[text] = known
        self._refuse_late(known.token.claims)
        return known.token

    def issue(self, request: AuthRequest) -> IssuedToken:
        """A token for whoever proves who they are, for the scope they ask for; else Unauthenticated.

        MoreMethodsNeeded, with a receipt, for a user who must prove more than they did. OverQuota `auth.too_often` for
        an address from which too many have failed, whatever they offer.
        """
        proof = self._proved(request)
        if proof.user.failed_attempts:
            # Only now: whoever has the password alone must not get endless tries at the rest.
            self._store.users.forget_failures(proof.user.id)
        if proof.application_credential is not None:
            return self._make(proof, project_id=proof.application_credential.project_id)
        if proof.access_token is not None:
            return self._for_access_token(proof.access_token, proof, request.scope)
        if request.scope is None:
            return self._for_default_project(proof)
        return self._for_scope(proof, request.scope)

    def _proved(self, request: AuthRequest) -> Proof:
        """Whoever failed too often is not heard at all: guessing must not cost us the hash of each guess."""
        throttle = self._parts.throttle
        wait_s = throttle.wait_s(request.address)
        if wait_s:
            told = f"Too many sign-ins from your address have failed: try again in {wait_s} seconds."
            refusal = OverQuota("auth.too_often", told)
            refusal.retry_after_s = wait_s
            raise refusal
        try:
            proof = self._prove(request)
            self._admit(proof)
        except MoreMethodsNeeded:
            raise
        except Unauthenticated:
            throttle.failed(request.address)
            raise
        return proof

    def issue_federated(self, idp_id: str, protocol_id: str, bearer: str) -> IssuedToken:
        """An unscoped token for whom an identity provider vouches, by the OpenID Connect token that it gave them."""
        proof = self._federated.by_bearer(idp_id, protocol_id, bearer)
        self._admit(proof)
        return self._make(proof)

    def issue_by_ec2(self, caller: Caller, signed: SignedRequest) -> IssuedToken:
        """A token for whoever signed a request with EC2 keys; for services that were sent such a request."""
        self._parts.policy.require(caller, "identity:ec2tokens_validate")
        return self._for_key(self._ec2.signer(signed))

    def issue_by_s3(self, caller: Caller, signed: SignedText) -> IssuedToken:
        """The same for a request to the S3 API, whose text the object store put together."""
        self._parts.policy.require(caller, "identity:s3tokens_validate")
        return self._for_key(self._ec2.signer_of_text(signed))

    def _for_key(self, key: Credential) -> IssuedToken:
        user = self._store.users.find(key.user_id)
        if user is None or not user.is_enabled or key.project_id is None:
            raise refused()
        return self._make(Proof(user, ("ec2credential",)), project_id=key.project_id)

    def validate(self, caller: Caller, text: str, rule: str = "identity:validate_token") -> Token:
        """What somebody's token says; NotFound if it is not valid."""
        token = self._existing(text)
        self._parts.policy.require(caller, rule, {"target.token.user_id": token.user.id})
        return token

    def revoke(self, caller: Caller, text: str) -> None:
        """Void from now on; tokens made of it stay valid."""
        token = self.validate(caller, text, "identity:revoke_token")
        with self._store.changing():
            self._store.revoked.add(token.claims.audit_ids[0], token.claims.expires_at)

    def _existing(self, text: str) -> Token:
        """The valid token that somebody speaks of, else NotFound."""
        try:
            return self.read(text)
        except Unauthenticated:
            raise NotFound("token.not_found", "Could not find token: it has expired or was revoked.") from None

    def _has_ended(self, token: Token) -> bool:
        """True if something that the token stood on when it was read is over."""
        return token.good_until is not None and token.good_until <= self._parts.clock.now()

    def _refuse_late(self, claims: Claims) -> None:
        if claims.expires_at <= self._parts.clock.now():
            raise Unauthenticated("token.expired", "The token has expired: sign in again.")

    def _prove(self, request: AuthRequest) -> Proof:
        """Every method offered must succeed, and for the same user."""
        ways: dict[str, Callable[[AuthRequest], Proof]] = {
            "password": self._prover.by_password,
            "totp": self._prover.by_totp,
            "application_credential": self._prover.by_application_credential,
            "oauth1": self._prover.by_oauth1,
            "token": lambda asked: self._prover.by_token(self._existing(asked.token), asked),
        }
        unknown = [method for method in request.methods if method not in ways]
        if unknown or not request.methods:
            raise Unauthenticated(
                "auth.method",
                f"The authentication method {', '.join(unknown) or '(none)'} is not supported: use {', '.join(ways)}.",
            )
        proofs = [ways[method](request) for method in dict.fromkeys(request.methods)]
        if request.receipt:
            proofs.append(self._receipts.proof(request.receipt))
        return joined(proofs)

    def _admit(self, proof: Proof) -> None:
        """Who proved who they are must also be let in, and have proved enough."""
        domain = self._store.projects.find(proof.user.domain_id)
        if not proof.user.is_enabled or domain is None or not domain.is_enabled:
            raise refused()
        self._require_enough_methods(proof.user, domain, proof.methods)

    def _require_enough_methods(self, user: User, domain: Project, methods: tuple[str, ...]) -> None:
        rules = tuple(tuple(rule) for rule in user.option("multi_factor_auth_rules") or ())
        if not user.option("multi_factor_auth_enabled") or not rules:
            return
        if not any(set(rule) <= set(methods) for rule in rules):
            raise MoreMethodsNeeded(self._receipts.make(user, domain, methods, rules))

    def _for_access_token(self, lent: AccessToken, proof: Proof, scope: Scope | None) -> IssuedToken:
        """For the project that the user had in mind, and no other."""
        if scope is not None and (scope.project is None or self._project(scope.project).id != lent.project_id):
            raise Forbidden(
                "oauth1.scope", f"The OAuth access token is good for the project {lent.project_id} only: name no other."
            )
        return self._make(proof, project_id=lent.project_id)

    def _for_default_project(self, proof: Proof) -> IssuedToken:
        if proof.user.default_project_id:
            try:
                return self._make(proof, project_id=proof.user.default_project_id)
            except Unauthenticated:
                return self._make(proof)
        return self._make(proof)

    def _for_scope(self, proof: Proof, scope: Scope) -> IssuedToken:
        if scope == _UNSCOPED:
            return self._make(proof)
        if scope.is_system:
            return self._make(proof, is_system=True)
        if scope.trust_id is not None:
            return self._for_trust(proof, scope.trust_id)
        if scope.project is not None:
            return self._make(proof, project_id=self._project(scope.project).id)
        domain_id = self._prover.find_domain_id(scope.domain)
        if domain_id is None:
            raise refused()
        return self._make(proof, domain_id=domain_id)

    def _project(self, ref: Ref) -> Project:
        if ref.id is not None:
            project = self._store.projects.find(ref.id)
        else:
            if ref.domain is None:
                raise Invalid("auth.scope", "A project named without its domain is ambiguous: give its domain too.")
            domain_id = self._prover.find_domain_id(ref.domain)
            project = self._store.projects.find_by_name(ref.name or "", domain_id) if domain_id else None
        if project is None:
            raise refused()
        return project

    def _for_trust(self, proof: Proof, trust_id: str) -> IssuedToken:
        trust = self._store.trusts.find(trust_id)
        if trust is None or trust.trustee_user_id != proof.user.id:
            raise refused() if trust is None else _not_the_trustee()
        made = self._make(proof, project_id=trust.project_id or "", trust_id=trust.id)
        self._use_up(trust)
        return made

    def _use_up(self, trust: Trust) -> None:
        if trust.remaining_uses is not None and not self._store.trusts.use_once(trust.id):
            raise refused()

    def _make(
        self,
        proof: Proof,
        *,
        project_id: str = "",
        domain_id: str = "",
        is_system: bool = False,
        trust_id: str = "",
    ) -> IssuedToken:
        now, parent = self._parts.clock.now(), proof.parent
        audit_id = secrets.token_urlsafe(16)
        claims = Claims(
            user_id=proof.user.id,
            epoch=proof.user.epoch,
            methods=proof.methods,
            audit_ids=(audit_id,) if parent is None else (audit_id, parent.audit_ids[-1]),
            issued_at=now,
            expires_at=parent.expires_at if parent else now + timedelta(seconds=self._parts.settings.token_lifetime_s),
            project_id=project_id,
            domain_id=domain_id,
            is_system=is_system,
            trust_id=trust_id,
            application_credential_id=proof.application_credential.id if proof.application_credential else "",
            access_token_id=proof.access_token.id if proof.access_token else "",
            federation=proof.federation,
        )
        token = self._reader.read(claims, is_new=True)
        return IssuedToken(self._seal.seal(claims), token)


def _not_the_trustee() -> Forbidden:
    return Forbidden("trust.not_trustee", "Only the trustee of a trust can sign in with it.")
