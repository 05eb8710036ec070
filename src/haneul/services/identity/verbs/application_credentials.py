"""Application credentials: secrets by which programs act as a user, and the requests they may make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from haneul.kit import passwords
from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    EVERYTHING,
    AccessRule,
    ApplicationCredential,
    Listing,
    Ref,
    Role,
    RoleId,
    UserId,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs import targets
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.delegation import refuse_trust_or_restricted


@dataclass(frozen=True)
class WantedRule:
    """An access rule by its id, or by what it allows."""

    id: str | None = None
    service: str = ""
    path: str = ""
    method: str = ""


@dataclass(frozen=True)
class NewApplicationCredential:
    name: str
    description: str | None = None
    secret: str | None = field(default=None, repr=False)
    """None: one is made."""
    roles: tuple[Ref, ...] | None = None
    """None: all that the caller's token has."""
    expires_at: datetime | None = None
    is_unrestricted: bool = False
    access_rules: tuple[WantedRule, ...] | None = None


@dataclass(frozen=True)
class Told:
    """An application credential with what it refers to; its secret only when it is made."""

    credential: ApplicationCredential
    roles: tuple[Role, ...]
    access_rules: tuple[AccessRule, ...] | None
    secret: str | None = field(default=None, repr=False)


class ApplicationCredentials:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._parts = parts
        self._policy = parts.policy
        self._store = parts.store
        self._access = access

    def create(self, caller: Caller, user_id: str, new: NewApplicationCredential) -> Told:
        self._policy.require(caller, "identity:create_application_credential", {"user_id": user_id})
        refuse_trust_or_restricted(caller, "application credentials")
        if not caller.project_id:
            raise Invalid("application_credential.scope", "Sign in to a project: the credential is good for that one.")
        if new.expires_at is not None and new.expires_at <= self._parts.clock.now():
            raise Invalid("application_credential.expiry", "expires_at is in the past: choose a later time.")
        secret = new.secret or passwords.new_secret()
        kept = passwords.hash_password(secret)
        with self._store.changing():
            roles = self._roles(caller, new.roles)
            rules = None if new.access_rules is None else self._rules(caller.user_id, new.access_rules)
            credential = ApplicationCredential(
                id=new_hex(),
                name=new.name,
                user_id=UserId(user_id),
                project_id=caller.project_id,
                secret_hash=kept,
                role_ids=tuple(role.id for role in roles),
                description=new.description,
                is_unrestricted=new.is_unrestricted,
                expires_at=new.expires_at,
                access_rule_ids=None if rules is None else tuple(rule.id for rule in rules),
            )
            self._store.application_credentials.add(credential)
        return Told(credential, roles, rules, secret)

    def get(self, caller: Caller, user_id: str, credential_id: str) -> Told:
        return self._tell([self._owned(caller, user_id, credential_id, "get")])[0]

    def delete(self, caller: Caller, user_id: str, credential_id: str) -> None:
        refuse_trust_or_restricted(caller, "application credentials")
        with self._store.changing():
            credential = self._owned(caller, user_id, credential_id, "delete")
            self._store.application_credentials.remove(credential.id)

    def rules(self, caller: Caller, user_id: str, listing: Listing = EVERYTHING) -> list[AccessRule]:
        self._require_rule_access(caller, user_id, "identity:list_access_rules")
        return self._store.access_rules.page(listing.where("user_id", user_id))

    def rule(self, caller: Caller, user_id: str, rule_id: str) -> AccessRule:
        self._require_rule_access(caller, user_id, "identity:get_access_rule")
        return self._own_rule(user_id, rule_id)

    def delete_rule(self, caller: Caller, user_id: str, rule_id: str) -> None:
        """Forbidden while an application credential uses it."""
        refuse_trust_or_restricted(caller, "access rules")
        self._require_rule_access(caller, user_id, "identity:delete_access_rule")
        with self._store.changing():
            rule = self._own_rule(user_id, rule_id)
            mine = self._store.application_credentials.page(EVERYTHING.where("user_id", user_id))
            if any(rule.id in (each.access_rule_ids or ()) for each in mine):
                raise Forbidden(
                    "access_rule.in_use", "The access rule is in use by an application credential: delete that first."
                )
            self._store.access_rules.remove(rule.id)

    def list(self, caller: Caller, user_id: str, listing: Listing = EVERYTHING) -> list[Told]:
        self._policy.require(caller, "identity:list_application_credentials", {"user_id": user_id})
        return list(self._tell(self._store.application_credentials.page(listing.where("user_id", user_id))))

    def _owned(self, caller: Caller, user_id: str, credential_id: str, verb: str) -> ApplicationCredential:
        """By the owner that the URL names: another's credential is not there."""
        self._policy.require(caller, f"identity:{verb}_application_credential", {"user_id": user_id})
        found = self._store.application_credentials.find(credential_id)
        if found is None or found.user_id != user_id:
            raise self._store.application_credentials.missing(credential_id)
        return found

    def _tell(self, found: Sequence[ApplicationCredential]) -> Sequence[Told]:
        roles: Mapping[RoleId, Role] = self._access.graph().roles
        rules = self._store.access_rules.find_many(rule for each in found for rule in each.access_rule_ids or ())
        return [
            Told(
                each,
                tuple(roles[role_id] for role_id in each.role_ids if role_id in roles),
                None if each.access_rule_ids is None else tuple(rules[rule_id] for rule_id in each.access_rule_ids),
            )
            for each in found
        ]

    def _roles(self, caller: Caller, wanted: tuple[Ref, ...] | None) -> tuple[Role, ...]:
        """The roles asked for, each of which the caller's token must have."""
        held = [
            role for role in self._access.graph().roles.values() if role.name in caller.roles and not role.domain_id
        ]
        if wanted is None:
            return tuple(sorted(held, key=lambda role: role.name))
        chosen: list[Role] = []
        for ref in wanted:
            role = next(
                (each for each in held if each.id == ref.id or (ref.id is None and each.name == ref.name)), None
            )
            if role is None:
                raise Invalid(
                    "application_credential.role",
                    f"Could not find role assignment with role: {ref.id or ref.name}: your token does not have it.",
                )
            chosen.append(role)
        return tuple({role.id: role for role in chosen}.values())

    def _rules(self, user_id: str, wanted: tuple[WantedRule, ...]) -> tuple[AccessRule, ...]:
        """The rules asked for; equal ones of the user are used again."""
        mine = self._store.access_rules.page(EVERYTHING.where("user_id", user_id))
        by_id = {rule.id: rule for rule in mine}
        by_content = {(rule.service, rule.path, rule.method): rule for rule in mine}
        chosen: list[AccessRule] = []
        for each in wanted:
            if each.id is not None:
                if each.id not in by_id:
                    raise self._store.access_rules.missing(each.id)
                chosen.append(by_id[each.id])
                continue
            content = (each.service, each.path, each.method)
            if content not in by_content:
                rule = AccessRule(new_hex(), UserId(user_id), each.service, each.path, each.method)
                by_content[content] = self._store.access_rules.add(rule)
            chosen.append(by_content[content])
        return tuple({rule.id: rule for rule in chosen}.values())

    def _require_rule_access(self, caller: Caller, user_id: str, rule: str) -> None:
        user = self._store.users.find(user_id)
        self._policy.require(caller, rule, targets.of_user(user))
        if user is None:
            raise self._store.users.missing(user_id)

    def _own_rule(self, user_id: str, rule_id: str) -> AccessRule:
        rule = self._store.access_rules.find(rule_id)
        if rule is None or rule.user_id != user_id:
            raise self._store.access_rules.missing(rule_id)
        return rule
