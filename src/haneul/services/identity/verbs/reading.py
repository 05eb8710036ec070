"""What a token means now: its claims, looked up in the present state of the cloud."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from haneul.kit.errors import Unauthenticated
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    AccessRule,
    AccessToken,
    ApplicationCredential,
    Claims,
    Federation,
    Project,
    Role,
    RoleId,
    Token,
    Trust,
    User,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.access import Access


def void(reason: str) -> Unauthenticated:
    return Unauthenticated("token.void", f"The request you have made requires authentication: {reason}.")


@dataclass(frozen=True)
class _Lent:
    """What a token stands on beside its user: a trust or an application credential."""

    trust: Trust | None = None
    credential: ApplicationCredential | None = None
    access_rules: tuple[AccessRule, ...] | None = None
    access_token: AccessToken | None = None

    @property
    def ends_at(self) -> datetime | None:
        lent = self.trust or self.credential or self.access_token
        return lent.expires_at if lent else None

    @property
    def role_ids(self) -> tuple[RoleId, ...] | None:
        """None if nothing is lent: all of the user's roles count."""
        lent = self.trust or self.credential or self.access_token
        return lent.role_ids if lent else None


class Reader:
    """Turns claims into a token in a bounded number of queries."""

    def __init__(self, parts: Parts, access: Access) -> None:
        self._store = parts.store
        self._clock = parts.clock
        self._access = access

    def read(self, claims: Claims, *, is_new: bool = False) -> Token:
        """Unauthenticated if anything that the token stands on is gone, disabled or changed."""
        with self._store.db.read():
            if not is_new and self._store.revoked.has(claims.audit_ids[:1]):
                raise void("the token was revoked; sign in again")
            holder = self._user(claims.user_id, claims.epoch)
            lent = self._lent(claims)
            self._federation(claims)
            user = self._acting(holder, lent.trust)
            user_domain = self._enabled(user.domain_id, "the user's domain")
            project, domain = self._scope(claims)
            roles = self._roles(claims, user, project or domain, lent)
            good_until = self._good_until(lent, user)
        project_domain = None
        if project is not None:
            project_domain = (
                user_domain if project.home == user_domain.id else self._enabled(project.home, "the domain")
            )
        return Token(
            claims=claims,
            user=user,
            user_domain=user_domain,
            roles=roles,
            project=project,
            project_domain=project_domain,
            domain=domain,
            trust=lent.trust,
            application_credential=lent.credential,
            access_rules=lent.access_rules,
            access_token=lent.access_token,
            good_until=good_until,
            caller=_caller(claims, user, roles, project, domain, lent),
        )

    def _good_until(self, lent: _Lent, user: User) -> datetime | None:
        giver = lent.trust.trustor_user_id if lent.trust else user.id
        ends = (lent.ends_at, self._store.expiring.next_end(giver, self._clock.now()))
        return min((end for end in ends if end is not None), default=None)

    def _user(self, user_id: str, epoch: int) -> User:
        user = self._store.users.find(user_id)
        if user is None or not user.is_enabled or user.epoch != epoch:
            raise void("the user was disabled or their tokens were revoked; sign in again")
        return user

    def _enabled(self, project_id: str, what: str) -> Project:
        project = self._store.projects.find(project_id)
        if project is None or not project.is_enabled:
            raise void(f"{what} is disabled or gone")
        return project

    def _lent(self, claims: Claims) -> _Lent:
        if claims.trust_id:
            trust = self._store.trusts.find(claims.trust_id)
            if trust is None or (trust.expires_at is not None and trust.expires_at <= self._clock.now()):
                raise void("the trust has ended")
            return _Lent(trust=trust)
        if claims.access_token_id:
            return _Lent(access_token=self._access_token(claims.access_token_id))
        if not claims.application_credential_id:
            return _Lent()
        credential = self._store.application_credentials.find(claims.application_credential_id)
        if credential is None:
            raise void("the application credential is gone")
        if credential.expires_at is not None and credential.expires_at <= self._clock.now():
            raise void("the application credential has expired")
        rules = None
        if credential.access_rule_ids is not None:
            rules = tuple(self._store.access_rules.find_many(credential.access_rule_ids).values())
        return _Lent(credential=credential, access_rules=rules)

    def _access_token(self, token_id: str) -> AccessToken:
        found = self._store.access_tokens.find(token_id)
        if found is None or (found.expires_at is not None and found.expires_at <= self._clock.now()):
            raise void("the OAuth access token was revoked or has expired")
        return found

    def _federation(self, claims: Claims) -> Federation | None:
        """By which the holder signed in, if that way is still open."""
        found = claims.federation
        if found is None:
            return None
        provider = self._store.identity_providers.find(found.idp_id)
        if provider is None or not provider.is_enabled:
            raise void("the identity provider is disabled or gone")
        if self._store.protocols.find_of(found.idp_id, found.protocol_id) is None:
            raise void("the protocol of the identity provider is gone")
        return found

    def _acting(self, holder: User, trust: Trust | None) -> User:
        if trust is None:
            return holder
        trustor = self._store.users.find(trust.trustor_user_id)
        if trustor is None or not trustor.is_enabled:
            raise void("the trustor is disabled or gone")
        self._enabled(trustor.domain_id, "the trustor's domain")
        return trustor if trust.impersonation else holder

    def _scope(self, claims: Claims) -> tuple[Project | None, Project | None]:
        if claims.project_id:
            project = self._enabled(claims.project_id, "the project")
            if not project.is_domain:
                self._enabled(project.home, "the project's domain")
            return project, None
        return None, self._enabled(claims.domain_id, "the domain") if claims.domain_id else None

    def _roles(self, claims: Claims, user: User, target: Project | None, lent: _Lent) -> tuple[Role, ...]:
        if claims.is_unscoped:
            return ()
        giver = lent.trust.trustor_user_id if lent.trust else user.id
        told = claims.federation.group_ids if claims.federation else ()
        held = self._access.on_system(giver, told) if target is None else self._access.on_project(giver, target, told)
        if lent.role_ids is not None:
            held = self._lent_roles(held, lent.role_ids)
        if not held:
            raise void("the user has no role there, or one that was lent was taken away")
        return held

    def _lent_roles(self, held: tuple[Role, ...], lent: tuple[RoleId, ...]) -> tuple[Role, ...]:
        """The lent roles and what they imply, if the giver still has all of them."""
        ids = {role.id for role in held}
        return self._access.graph().usable(lent) if all(role_id in ids for role_id in lent) else ()


def _caller(
    claims: Claims,
    user: User,
    roles: tuple[Role, ...],
    project: Project | None,
    domain: Project | None,
    lent: _Lent,
) -> Caller:
    return Caller(
        user_id=user.id,
        user_name=user.name,
        user_domain_id=user.domain_id,
        project_id=project.id if project else "",
        project_name=project.name if project else "",
        project_domain_id=project.home if project else "",
        domain_id=domain.id if domain else "",
        is_system=claims.is_system,
        roles=frozenset(role.name for role in roles),
        token_id=claims.audit_ids[0],
        trust_id=claims.trust_id,
        application_credential_id=claims.application_credential_id,
        access_token_id=claims.access_token_id,
        is_by_ec2_key="ec2credential" in claims.methods,
        group_ids=claims.federation.group_ids if claims.federation else (),
        is_restricted=lent.credential is not None and not lent.credential.is_unrestricted,
        access_rules=None
        if lent.access_rules is None
        else tuple((rule.service, rule.method, rule.path) for rule in lent.access_rules),
    )
