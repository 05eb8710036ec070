"""Users: who can sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from haneul.kit import passwords
from haneul.kit.errors import Invalid
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    EVERYTHING,
    DomainId,
    FederatedLink,
    Listing,
    User,
    UserDeleted,
    UserDisabled,
    UserId,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs import targets
from haneul.services.identity.verbs.immutable import merged_options
from haneul.services.identity.verbs.password_rules import (
    new_password,
    require_new,
    require_old_enough,
    require_strong,
)
from haneul.services.identity.verbs.projects import home_domain
from haneul.services.identity.verbs.proof import Prover, refused

_LINK_FIELDS = ("idp_id", "protocol_id", "unique_id")


@dataclass(frozen=True)
class NewUser:
    name: str
    domain_id: str | None = None
    """None: the one of the caller's token."""
    password: str | None = field(default=None, repr=False)
    default_project_id: str | None = None
    description: str | None = None
    is_enabled: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    federated: tuple[FederatedLink, ...] = ()
    """Whom identity providers call so; the links' `user_id` is filled in."""


class Users:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._policy = parts.policy
        self._store = parts.store
        self._prover = Prover(parts)

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[User]:
        self._policy.require(caller, "identity:list_users", targets.of_listing(caller))
        listing = self._by_link(listing)
        if caller.domain_id:
            listing = listing.where("domain_id", caller.domain_id)
        return self._store.users.page(listing)

    def get(self, caller: Caller, user_id: str, rule: str = "identity:get_user") -> User:
        user = self._store.users.find(user_id)
        self._policy.require(caller, rule, targets.of_user(user))
        if user is None:
            raise self._store.users.missing(user_id)
        return user

    def create(self, caller: Caller, new: NewUser) -> User:
        named = {"target.user.domain_id": new.domain_id} if new.domain_id else {}
        self._policy.require(caller, "identity:create_user", named)
        domain_id = new.domain_id or home_domain(caller)
        kept = self._hash(new.password)
        with self._store.changing():
            domain = self._store.projects.find(domain_id)
            if domain is None or not domain.is_domain:
                raise self._store.projects.missing(domain_id)
            self._require_default_project(new.default_project_id)
            user = User(
                id=UserId(new_hex()),
                name=new.name,
                domain_id=DomainId(domain.id),
                default_project_id=new.default_project_id,
                description=new.description,
                is_enabled=new.is_enabled,
                options=merged_options({}, new.options),
                extra=new.extra,
            )
            self._store.users.add(user)
            self._link(user, new.federated)
            return user if kept is None else self._with_password(user, kept)

    def update(self, caller: Caller, user_id: str, changes: Mapping[str, Any]) -> User:
        """`changes`: any of name, description, default_project_id, is_enabled, password, options, extra, federated."""
        self.get(caller, user_id, "identity:update_user")
        plain = {key: value for key, value in changes.items() if key not in ("password", "federated")}
        kept = self._hash(changes.get("password"))
        with self._store.changing():
            before = self._store.users.get(user_id)
            self._require_default_project(changes.get("default_project_id"))
            options = merged_options(before.options, changes.get("options", {}))
            extra = {**before.extra, **changes.get("extra", {})}
            user = replace(before, **{**plain, "options": options, "extra": extra})
            if before.is_enabled and not user.is_enabled:
                user = replace(user, epoch=user.epoch + 1)
                self._parts.bus.publish(UserDisabled(user.id))
            self._store.users.change(user)
            if "federated" in changes:
                self._store.federated.remove_of_user(user.id)
                self._link(user, changes["federated"])
            return user if kept is None else self._with_password(user, kept)

    def delete(self, caller: Caller, user_id: str) -> None:
        with self._store.changing():
            user = self.get(caller, user_id, "identity:delete_user")
            self._store.assignments.remove_of_actors("user", [user.id])
            self._store.credentials.remove_where(self._store.credentials.table.c.user_id == user.id)
            self._store.users.remove(user.id)
            self._parts.bus.publish(UserDeleted(user.id))

    def links(self, user: User) -> Sequence[FederatedLink]:
        """How identity providers know them."""
        return self._store.federated.of_users([user.id])

    def change_password(self, user_id: str, original: str, new: str) -> None:
        """By the user, who proves it with the present password; voids all their tokens."""
        user, present = self._prover.check_password(self._store.users.find(user_id), original)
        if not user.is_enabled:
            raise refused()
        if user.option("lock_password"):
            raise Invalid("password.locked", "You cannot change your password at this time: ask your administrator.")
        require_old_enough(self._parts, present)
        require_strong(self._parts, new)
        require_new(self._parts, user, new)
        kept = passwords.hash_password(new)
        with self._store.changing():
            self._with_password(self._store.users.get(user.id), kept, is_self_chosen=True)

    def _link(self, user: User, links: Sequence[FederatedLink]) -> None:
        for link in links:
            if self._store.protocols.find_of(link.idp_id, link.protocol_id) is None:
                raise Invalid(
                    "user.federated",
                    f"Could not find federated protocol {link.protocol_id} for identity provider: {link.idp_id}. "
                    "Create it first.",
                )
        self._store.federated.add([replace(link, user_id=user.id) for link in links])

    def _by_link(self, listing: Listing) -> Listing:
        """Filters by how an identity provider knows somebody become one by their id."""
        known = {name: value for name in _LINK_FIELDS if (value := listing.value(name)) is not None}
        if not known:
            return listing
        others = tuple(each for each in listing.filters if each.field not in _LINK_FIELDS)
        return replace(listing, filters=others).where("id", tuple(self._store.federated.user_ids(known)))

    def _hash(self, password: str | None) -> str | None:
        if password is None:
            return None
        require_strong(self._parts, password)
        return passwords.hash_password(password)

    def _with_password(self, user: User, kept: str, *, is_self_chosen: bool = False) -> User:
        password = new_password(self._parts, user, kept, is_self_chosen=is_self_chosen)
        self._store.passwords.push(password, keep=max(self._parts.settings.remembered_passwords - 1, 0))
        changed = replace(
            user, password_expires_at=password.expires_at, epoch=user.epoch + 1, failed_attempts=0, failed_at=None
        )
        return self._store.users.change(changed)

    def _require_default_project(self, project_id: str | None) -> None:
        project = self._store.projects.find(project_id) if project_id else None
        if project is not None and project.is_domain:
            raise Invalid("user.default_project", "A user's default project ID cannot be a domain: name a project.")
