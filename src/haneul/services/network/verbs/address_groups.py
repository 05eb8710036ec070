"""Address groups: changed once for all rules that name them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.address_groups import (
    AddressGroup,
    AddressGroupChanges,
    AddressGroupId,
    NewAddressGroup,
)
from haneul.services.network.model.addressing import parse_cidr
from haneul.services.network.model.grants import Action, is_shared_with
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, Target, changed, check_text

MAX_ADDRESSES = 1000


@dataclass(frozen=True)
class AddressGroups:
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, group_id: str) -> AddressGroup:
        """Raises NotFound `address_group.not_found`."""
        group, target = self._seen(caller, group_id)
        if not self.parts.policy.allows(caller, "get_address_group", target):
            raise not_found(group_id)
        return group

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[AddressGroup]:
        rows = self.parts.store.address_groups
        found: list[AddressGroup] = self._access.list(caller, rows, "get_address_group", listing)
        return found

    def create(self, caller: Caller, new: NewAddressGroup) -> AddressGroup:
        """Raises Forbidden, Invalid."""
        project_id = self._access.owner(caller, new.project_id)
        self.parts.policy.require(caller, "create_address_group", {"project_id": project_id})
        check_text(name=new.name, description=new.description)
        now = self.parts.clock.now()
        group = AddressGroup(
            id=AddressGroupId(new_uuid()),
            project_id=project_id,
            name=new.name,
            created_at=now,
            updated_at=now,
            description=new.description,
            addresses=_few(_ranges(new.addresses)),
        )
        with self.parts.db.write():
            self.parts.store.address_groups.add(group)
            self.parts.changed(Kind.ADDRESS_GROUP, [group.id])
        return group

    def update(self, caller: Caller, group_id: str, changes: AddressGroupChanges) -> AddressGroup:
        """Raises NotFound, Forbidden, Invalid."""
        said = given(changes)
        check_text(name=said.get("name"), description=said.get("description"))
        with self.parts.db.write():
            group = self._own(caller, group_id, "update_address_group")
            return self.parts.store.address_groups.save(changed(group, **said), self.parts.clock.now())

    def add(self, caller: Caller, group_id: str, addresses: Iterable[str]) -> AddressGroup:
        """The group has these too. Raises NotFound, Forbidden, Invalid `address_group.has_addresses`."""
        wanted = _ranges(addresses)
        with self.parts.db.write():
            group = self._own(caller, group_id, "update_address_group")
            if present := [each for each in wanted if each in group.addresses]:
                raise Invalid(
                    "address_group.has_addresses",
                    f"Addresses {', '.join(present)} already exist in the address group {group_id}: leave them out.",
                )
            return self._save(group, (*group.addresses, *wanted))

    def remove(self, caller: Caller, group_id: str, addresses: Iterable[str]) -> AddressGroup:
        """The group has none of these. Raises NotFound `address_group.no_addresses`, Forbidden, Invalid."""
        gone = tuple(dict.fromkeys(str(parse_cidr(each)) for each in addresses))
        with self.parts.db.write():
            group = self._own(caller, group_id, "update_address_group")
            if absent := [each for each in gone if each not in group.addresses]:
                raise NotFound(
                    "address_group.no_addresses",
                    f"Addresses {', '.join(absent)} not found in the address group {group_id}.",
                )
            return self._save(group, tuple(each for each in group.addresses if each not in gone))

    def delete(self, caller: Caller, group_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `address_group.in_use`."""
        with self.parts.db.write():
            self._own(caller, group_id, "delete_address_group")
            if self.parts.store.address_groups.users(group_id, Action.SHARE):
                raise Conflict(
                    "address_group.in_use",
                    f"Address group {group_id} is in use on one or more security group rules: delete those first.",
                )
            self.parts.store.address_groups.remove(group_id)
            self.parts.changed(Kind.ADDRESS_GROUP, [group_id])

    def _save(self, group: AddressGroup, addresses: tuple[str, ...]) -> AddressGroup:
        saved = changed(group, addresses=_few(addresses))
        self.parts.changed(Kind.ADDRESS_GROUP, [group.id])
        return self.parts.store.address_groups.save(saved, self.parts.clock.now())

    def _own(self, caller: Caller, group_id: str, rule: str) -> AddressGroup:
        group, target = self._seen(caller, group_id)
        self._access.require(caller, rule, target)
        return group

    def _seen(self, caller: Caller, group_id: str) -> tuple[AddressGroup, Target]:
        group: AddressGroup | None = self._access.find(caller, self.parts.store.address_groups, group_id)
        if group is None:
            raise not_found(group_id)
        return group, {"project_id": group.project_id, "shared": is_shared_with(group, caller.project_id)}


def _ranges(addresses: Iterable[str]) -> tuple[str, ...]:
    """Each in its one form, once. Raises Invalid `address_group.bad_address` for one without a prefix length."""
    chosen: dict[str, None] = {}
    for each in addresses:
        cidr = parse_cidr(each)
        if "/" not in each:
            raise Invalid(
                "address_group.bad_address",
                f"Invalid input for addresses. Reason: '{each}' isn't a recognized IP subnet cidr, '{cidr}' is "
                "recommended.",
            )
        chosen[str(cidr)] = None
    return tuple(chosen)


def _few(addresses: tuple[str, ...]) -> tuple[str, ...]:
    if len(addresses) > MAX_ADDRESSES:
        raise Invalid(
            "address_group.too_many", f"An address group has at most {MAX_ADDRESSES} addresses: make another group."
        )
    return addresses


def not_found(group_id: str) -> NotFound:
    return NotFound("address_group.not_found", f"Address group {group_id} could not be found.")
