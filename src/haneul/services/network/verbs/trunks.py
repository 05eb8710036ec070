"""Trunks: created, given subports, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.networks import VLAN as VLAN_NETWORK
from haneul.services.network.model.ports import Port
from haneul.services.network.model.trunks import (
    FIRST_TAG,
    INHERIT,
    LAST_TAG,
    SUBPORT_OWNER,
    VLAN,
    NewTrunk,
    SubPort,
    Trunk,
    TrunkChanges,
    TrunkId,
    WantedSubPort,
)
from haneul.services.network.parts import Parts
from haneul.services.network.store.trunks import parent_in_use
from haneul.services.network.verbs.access import Access, Target, changed, check_tags, check_text


@dataclass(frozen=True)
class Trunks:
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, trunk_id: str) -> Trunk:
        """Raises NotFound `trunk.not_found`."""
        trunk, target = self._seen(caller, trunk_id)
        if not self.parts.policy.allows(caller, "get_trunk", target):
            raise _not_found(trunk_id)
        return trunk

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Trunk]:
        found: list[Trunk] = self._access.list(caller, self.parts.store.trunks, "get_trunk", listing)
        return found

    def create(self, caller: Caller, new: NewTrunk) -> Trunk:
        """Raises Forbidden, NotFound, Invalid `trunk.*`, OverQuota, Conflict `trunk.*`."""
        project_id = self._access.owner(caller, new.project_id)
        self._access.require(caller, "create_trunk", {"project_id": project_id})
        check_text(name=new.name, description=new.description)
        _require_sense(new.sub_ports)
        now = self.parts.clock.now()
        with self.parts.db.write():
            port = self._port(caller, new.port_id)
            if self.parts.store.trunks.parents([port.id]):
                raise _subport_in_use(port)
            if self.parts.store.trunks.of_parent(port.id) is not None:
                raise parent_in_use(port.id)
            self._access.require_room(project_id, "trunk")
            trunk = Trunk(
                id=TrunkId(new_uuid()),
                project_id=project_id,
                name=new.name,
                port_id=port.id,
                created_at=now,
                updated_at=now,
                description=new.description,
                is_admin_up=new.is_admin_up,
                tags=check_tags(new.tags),
                revision_number=1,
            )
            self.parts.store.trunks.add(trunk)
            self._attach(caller, trunk, port, new.sub_ports)
            return self.get(caller, trunk.id)

    def update(self, caller: Caller, trunk_id: str, changes: TrunkChanges) -> Trunk:
        """Raises NotFound, Forbidden, Invalid."""
        said = given(changes)
        with self.parts.db.write():
            trunk, target = self._seen(caller, trunk_id)
            self.parts.policy.require(caller, "update_trunk", target)
            check_text(name=said.get("name"), description=said.get("description"))
            return self.parts.store.trunks.save(changed(trunk, **said), self.parts.clock.now())

    def delete(self, caller: Caller, trunk_id: str) -> None:
        """Its port and subports are ordinary ports again. Raises NotFound, Forbidden, Conflict."""
        with self.parts.db.write():
            trunk, target = self._seen(caller, trunk_id)
            self.parts.policy.require(caller, "delete_trunk", target)
            _require_unlocked(trunk)
            port = self.parts.store.ports.find(trunk.port_id)
            if port is not None and port.chassis:
                raise Conflict(
                    "trunk.in_use", f"Trunk {trunk.id} is currently in use: detach port {port.id} from its server."
                )
            dissolve(self.parts, trunk)

    def add_subports(self, caller: Caller, trunk_id: str, wanted: Sequence[WantedSubPort]) -> Trunk:
        """Raises as `create`."""
        with self.parts.db.write():
            trunk, target = self._seen(caller, trunk_id)
            self.parts.policy.require(caller, "add_subports", target)
            _require_unlocked(trunk)
            self._attach(caller, trunk, self._port(caller, trunk.port_id), wanted)
            return self.parts.store.trunks.save(self.get(caller, trunk_id), self.parts.clock.now())

    def remove_subports(self, caller: Caller, trunk_id: str, port_ids: Sequence[str]) -> Trunk:
        """Raises NotFound `trunk.subport_not_found`, Conflict `trunk.locked`."""
        with self.parts.db.write():
            trunk, target = self._seen(caller, trunk_id)
            self.parts.policy.require(caller, "remove_subports", target)
            _require_unlocked(trunk)
            present = {each.port_id for each in trunk.sub_ports}
            for port_id in port_ids:
                if port_id not in present:
                    raise NotFound("trunk.subport_not_found", f"SubPort {port_id} on trunk {trunk.id} is not there.")
            detach(self.parts, port_ids)
            return self.parts.store.trunks.save(self.get(caller, trunk_id), self.parts.clock.now())

    def _attach(self, caller: Caller, trunk: Trunk, parent: Port, wanted: Sequence[WantedSubPort]) -> None:
        _require_sense(wanted)
        new = [self._checked(caller, trunk, parent, each) for each in wanted]
        tags = [each.tag for each in new]
        if len(set(tags)) < len(tags):
            raise _repeat()
        taken = {each.tag for each in trunk.sub_ports} & set(tags)
        if taken:
            raise Conflict(
                "trunk.tag_in_use",
                f"segmentation_type vlan and segmentation_id {min(taken)} already in use on trunk {trunk.id}: "
                "choose another.",
            )
        self.parts.store.trunks.add_subports(trunk, new)
        now = self.parts.clock.now()
        for each in new:
            port = self.parts.store.ports.find(each.port_id)
            if port is not None:
                owned = changed(port, device_id=trunk.id, device_owner=SUBPORT_OWNER)
                self.parts.store.ports.save(owned, now)
        self.parts.changed(Kind.PORT, [each.port_id for each in new])

    def _checked(self, caller: Caller, trunk: Trunk, parent: Port, wanted: WantedSubPort) -> SubPort:
        """Raises NotFound, Invalid, Conflict."""
        port = self._port(caller, wanted.port_id)
        rows = self.parts.store.trunks
        if port.id == parent.id or rows.of_parent(port.id) is not None:
            raise parent_in_use(port.id)
        if rows.parents([port.id]):
            raise _subport_in_use(port)
        if port.device_id or port.chassis:
            raise Conflict(
                "port.in_use", f"Port {port.id} cannot be a subport: it has device {port.device_id}. Detach it first."
            )
        self._require_mtu(parent, port)
        return SubPort(port.id, self._tag(port, wanted))

    def _tag(self, port: Port, wanted: WantedSubPort) -> int:
        if wanted.segmentation_type == INHERIT:
            network = self.parts.store.networks.find(port.network_id)
            if network is None or network.network_type != VLAN_NETWORK or network.segmentation_id is None:
                raise Invalid("trunk.nothing_to_inherit", f"The network of port {port.id} has no VLAN: give a tag.")
            return network.segmentation_id
        assert wanted.tag is not None, "what makes no sense was refused before"
        return wanted.tag

    def _require_mtu(self, parent: Port, port: Port) -> None:
        networks = self.parts.store.networks.by_ids([parent.network_id, port.network_id])
        if networks[port.network_id].mtu > networks[parent.network_id].mtu:
            raise Conflict(
                "trunk.mtu_too_large",
                f"MTU of port {port.id} is greater than that of the trunk's port {parent.id}: lower its network's.",
            )

    def _port(self, caller: Caller, port_id: str) -> Port:
        port: Port | None = self._access.find(caller, self.parts.store.ports, port_id)
        if port is None:
            raise NotFound("port.not_found", f"Port {port_id} could not be found.")
        return port

    def _seen(self, caller: Caller, trunk_id: str) -> tuple[Trunk, Target]:
        trunk: Trunk | None = self._access.find(caller, self.parts.store.trunks, trunk_id)
        if trunk is None:
            raise _not_found(trunk_id)
        return trunk, {"project_id": trunk.project_id}


def detach(parts: Parts, port_ids: Iterable[str]) -> None:
    """These are subports no more; inside a write transaction."""
    gone = list(port_ids)
    parts.store.trunks.remove_subports(gone)
    for port in parts.store.ports.by_ids(gone).values():
        free = changed(port, device_id="", device_owner="", status="DOWN")
        parts.store.ports.save(free, parts.clock.now())
    parts.changed(Kind.PORT, gone)


def dissolve(parts: Parts, trunk: Trunk) -> None:
    """There is no such trunk any more; inside a write transaction."""
    detach(parts, [each.port_id for each in trunk.sub_ports])
    parts.store.trunks.remove(trunk.id)


def _require_sense(wanted: Sequence[WantedSubPort]) -> None:
    """Raises Invalid before anything is looked up."""
    for each in wanted:
        if each.segmentation_type not in (VLAN, INHERIT):
            raise Invalid(
                "trunk.bad_type", f"Invalid segmentation_type {each.segmentation_type!r:.40}: it is vlan or inherit."
            )
        if each.segmentation_type == VLAN and not FIRST_TAG <= (each.tag or 0) <= LAST_TAG:
            raise Invalid("trunk.bad_tag", f"Invalid segmentation_id: give one from {FIRST_TAG} to {LAST_TAG}.")
    tags = [each.tag for each in wanted if each.segmentation_type == VLAN]
    if len(set(tags)) < len(tags) or len({each.port_id for each in wanted}) < len(wanted):
        raise _repeat()


def _repeat() -> Invalid:
    return Invalid("trunk.subports_repeat", "Every subport and every segmentation_id is named once: sort them.")


def _require_unlocked(trunk: Trunk) -> None:
    if not trunk.is_admin_up:
        raise Conflict("trunk.locked", f"Trunk {trunk.id} is currently disabled: set admin_state_up first.")


def _subport_in_use(port: Port) -> Conflict:
    return Conflict("trunk.subport_in_use", f"Port {port.id} is in use as a subport of a trunk: remove it there first.")


def _not_found(trunk_id: str) -> NotFound:
    return NotFound("trunk.not_found", f"Trunk {trunk_id} could not be found.")
