"""Address scopes: within one, no range of addresses is in two pools, so that it may be routed as it is."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.model.grants import EVERYBODY, Shareable, is_shared_with
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.pools import AddressScope, AddressScopeChanges, AddressScopeId, NewAddressScope
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, Target, changed, check_text
from haneul.services.network.verbs.sharing import Sharing


@dataclass(frozen=True)
class AddressScopes:
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, scope_id: str) -> AddressScope:
        """Raises NotFound `address_scope.not_found`."""
        scope, target = self._seen(caller, scope_id)
        if not self.parts.policy.allows(caller, "get_address_scope", target):
            raise not_found(scope_id)
        return scope

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[AddressScope]:
        rows = self.parts.store.address_scopes
        found: list[AddressScope] = self._access.list(caller, rows, "get_address_scope", listing)
        return found

    def create(self, caller: Caller, new: NewAddressScope) -> AddressScope:
        """Raises Forbidden, Invalid."""
        project_id = self._access.owner(caller, new.project_id)
        self._access.require(caller, "create_address_scope", {"project_id": project_id}, _weighty(new))
        check_text(name=new.name)
        now = self.parts.clock.now()
        scope = AddressScope(
            id=AddressScopeId(new_uuid()),
            project_id=project_id,
            name=new.name,
            ip_version=new.ip_version,
            created_at=now,
            updated_at=now,
        )
        with self.parts.db.write():
            self.parts.store.address_scopes.add(scope)
            if new.is_shared is True:
                scope = Sharing(self.parts, Shareable.ADDRESS_SCOPE).open(scope)
        return scope

    def update(self, caller: Caller, scope_id: str, changes: AddressScopeChanges) -> AddressScope:
        """Raises NotFound, Forbidden, Invalid `address_scope.stays_shared`."""
        said = given(changes)
        with self.parts.db.write():
            scope, target = self._seen(caller, scope_id)
            self._access.require(caller, "update_address_scope", target, said)
            check_text(name=said.get("name"))
            is_shared = said.pop("is_shared", None)
            if is_shared is False and EVERYBODY in scope.shared_with:
                raise Invalid(
                    "address_scope.stays_shared",
                    f"Unable to update address scope {scope_id}: Shared address scope can't be unshared. "
                    "Delete its RBAC policy instead.",
                )
            saved = self.parts.store.address_scopes.save(changed(scope, **said), self.parts.clock.now())
            if is_shared:
                saved = Sharing(self.parts, Shareable.ADDRESS_SCOPE).open(saved)
        return saved

    def delete(self, caller: Caller, scope_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `address_scope.in_use`."""
        with self.parts.db.write():
            _, target = self._seen(caller, scope_id)
            self.parts.policy.require(caller, "delete_address_scope", target)
            if self.parts.store.subnet_pools.in_scope(scope_id):
                raise Conflict(
                    "address_scope.in_use",
                    f"Unable to complete operation on address scope {scope_id}. There are one or more subnet pools in "
                    "use on the address scope: take them out of it first.",
                )
            self.parts.store.address_scopes.remove(scope_id)

    def _seen(self, caller: Caller, scope_id: str) -> tuple[AddressScope, Target]:
        scope: AddressScope | None = self._access.find(caller, self.parts.store.address_scopes, scope_id)
        if scope is None:
            raise not_found(scope_id)
        return scope, {"project_id": scope.project_id, "shared": is_shared_with(scope, caller.project_id)}


def _weighty(new: NewAddressScope) -> list[str]:
    """What is asked for beyond the ordinary."""
    return ["is_shared"] if new.is_shared is True else []


def not_found(scope_id: str) -> NotFound:
    return NotFound("address_scope.not_found", f"Address scope {scope_id} could not be found.")
