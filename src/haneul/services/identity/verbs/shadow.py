"""Users whom an identity provider vouches for: found again at every sign-in, made at the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from haneul.kit.errors import Conflict, Unauthenticated
from haneul.kit.ids import new_hex
from haneul.services.identity.model import (
    Assignment,
    DomainId,
    ExpiringMembership,
    FederatedLink,
    FederationProtocol,
    IdentityProvider,
    Project,
    ProjectId,
    Role,
    User,
    UserId,
)
from haneul.services.identity.model.mapping_rules import Mapped, MappedProject, Named
from haneul.services.identity.parts import Parts

_LONGEST = 255


def unmappable(why: str) -> Unauthenticated:
    return Unauthenticated("federation.mapping", f"{why} Ask your administrator to correct the mapping.")


class Shadows:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._store = parts.store

    def local(self, mapped: Mapped) -> User:
        """A user that this cloud has already."""
        if mapped.user.id:
            user = self._store.users.find(mapped.user.id)
        else:
            domain_id = self.domain_id(mapped.user.domain)
            user = self._store.users.find_by_name(mapped.user.name or "", domain_id) if domain_id else None
        if user is None:
            raise unmappable("The mapping names a local user, by id or by name and domain, who is not there.")
        return user

    def ephemeral(self, provider: IdentityProvider, protocol: FederationProtocol, mapped: Mapped) -> User:
        """The user that somebody is here; made if they were never here before."""
        known_as = mapped.user.id or mapped.user.name
        name = mapped.user.name or mapped.user.id
        if not known_as or not name:
            raise unmappable("The mapping names no user.")
        unique_id = known_as if len(known_as) <= _LONGEST else hashlib.sha256(known_as.encode()).hexdigest()
        wanted = User(
            id=UserId(new_hex()),
            name=name[:_LONGEST],
            domain_id=self._home(provider, mapped.user.domain),
            extra={"email": mapped.email} if mapped.email else {},
            is_federated=True,
        )
        found = self._find(provider, protocol, unique_id)
        return self._made(provider, protocol, unique_id, wanted) if found is None else self._as_told(found, wanted)

    def domain_id(self, named: Named | None) -> DomainId | None:
        if named is None:
            return None
        if named.id:
            found = self._store.projects.find(named.id)
        else:
            found = self._store.projects.find_by_name(named.name or "", None)
        return DomainId(found.id) if found is not None and found.is_domain else None

    def group_ids(self, wanted: Iterable[Named]) -> tuple[str, ...]:
        """Unauthenticated if a group that is named by its id is gone; one that is named by its name may be."""
        several = tuple(wanted)
        by_id = [group.id for group in several if group.id]
        known = self._store.groups.find_many(by_id)
        if gone := [group_id for group_id in by_id if group_id not in known]:
            raise unmappable(f"The mapping puts you into the group {gone[0]}, which is not there.")
        names: dict[DomainId, set[str]] = {}
        for group in several:
            if group.name and (domain_id := self.domain_id(group.domain)):
                names.setdefault(domain_id, set()).add(group.name)
        by_name = [
            group.id for domain_id, chosen in names.items() for group in self._store.groups.named(domain_id, chosen)
        ]
        return tuple(dict.fromkeys([*by_id, *by_name]))

    def keep_in_groups(self, user: User, provider: IdentityProvider, group_ids: Sequence[str]) -> None:
        """For as long as the provider's word is good beyond the token, if it is."""
        minutes = provider.authorization_ttl
        if minutes is None:
            minutes = self._parts.settings.federated_membership_minutes
        if not minutes or not group_ids:
            return
        until = self._parts.clock.now() + timedelta(minutes=minutes)
        with self._store.db.write():
            if self._store.expiring.keep(
                [ExpiringMembership(user.id, group_id, provider.id, until) for group_id in group_ids]
            ):
                self._store.version.raise_it()

    def provide(self, user: User, provider: IdentityProvider, wanted: Sequence[MappedProject]) -> None:
        """The projects that the mapping names exist, and the user has its roles there."""
        if not wanted:
            return
        with self._store.db.write():
            roles = self._roles(provider, wanted)
            have = set(self._store.assignments.matching(actors=[("user", user.id)]))
            for each in wanted:
                project = self._project(provider, each.project)
                needed = {
                    Assignment("user", user.id, "project", project.id, roles[name].id) for name in each.role_names
                }
                for missing in sorted(needed - have, key=lambda given: given.role_id):
                    self._store.assignments.add(missing)
                    self._store.version.raise_it()

    def _find(self, provider: IdentityProvider, protocol: FederationProtocol, unique_id: str) -> User | None:
        user_id = self._store.federated.find_user_id(provider.id, protocol.id, unique_id)
        return None if user_id is None else self._store.users.find(user_id)

    def _made(self, provider: IdentityProvider, protocol: FederationProtocol, unique_id: str, wanted: User) -> User:
        try:
            with self._store.db.write():
                self._store.users.add(wanted)
                self._store.federated.add([FederatedLink(provider.id, protocol.id, unique_id, wanted.id)])
        except Conflict:
            # Somebody who signs in twice at the same time is made once.
            found = self._find(provider, protocol, unique_id)
            if found is None:
                raise
            return found
        return wanted

    def _as_told(self, found: User, wanted: User) -> User:
        """With the name that the provider calls them by now; a user of this cloud keeps its own."""
        extra = {**found.extra, **wanted.extra}
        if not found.is_federated or (found.name, found.extra) == (wanted.name, extra):
            return found
        with self._store.changing():
            return self._store.users.change(replace(found, name=wanted.name, extra=extra))

    def _home(self, provider: IdentityProvider, named: Named | None) -> DomainId:
        if named is None:
            return provider.domain_id
        domain_id = self.domain_id(named)
        if domain_id is None:
            raise unmappable("The mapping names a domain that is not there.")
        return domain_id

    def _roles(self, provider: IdentityProvider, wanted: Sequence[MappedProject]) -> Mapping[str, Role]:
        """By name; each of them must be there, and of no other domain."""
        found: dict[str, Role] = {}
        for name in {name for each in wanted for name in each.role_names}:
            role = self._store.roles.find_by_name(name) or self._store.roles.find_by_name(name, provider.domain_id)
            if role is None:
                raise unmappable(f"The mapping gives you the role {name}, which is not there.")
            found[name] = role
        return found

    def _project(self, provider: IdentityProvider, named: Named) -> Project:
        domain_id = self._home(provider, named.domain)
        name = named.name or ""
        found = self._store.projects.find_by_name(name, domain_id)
        if found is not None:
            return found
        if not name.strip() or len(name) > 64:
            raise unmappable("The mapping names a project by no name, or by one of more than 64 characters.")
        project_id = ProjectId(new_hex())
        about = f"Made for users of the identity provider {provider.id}"
        return self._store.projects.add(
            Project(project_id, name, domain_id, domain_id, f"{domain_id}/{project_id}", about)
        )
