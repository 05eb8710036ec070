"""On which wire a network is: an overlay of its own, or one of the provider's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from haneul.kit.errors import Conflict, Invalid, NoCapacity
from haneul.services.network.model.networks import FLAT, GENEVE, VLAN, NewNetwork
from haneul.services.network.parts import Parts

_FIRST_VNI = 1
_FIRST_VLAN, _LAST_VLAN = 1, 4094
_MAX_VNI = (1 << 24) - 1
MIN_MTU, MIN_MTU_IPV6 = 68, 1280
_MAX_MTU = 65535


@dataclass(frozen=True)
class Segment:
    network_type: str
    physical_network: str | None
    segmentation_id: int | None

    @property
    def is_overlay(self) -> bool:
        return self.network_type == GENEVE


def choose_segment(parts: Parts, new: NewNetwork) -> Segment:
    """What was asked for, completed. Raises Invalid `segment.*`, NoCapacity `segment.none_left`."""
    said = [new.network_type, new.physical_network, new.segmentation_id]
    if all(value is UNSET for value in said):
        return Segment(GENEVE, None, parts.store.networks.next_segment(GENEVE, None, _FIRST_VNI))
    if isinstance(new.network_type, UnsetType):
        raise _wrong("network_type required: say geneve, vlan or flat")
    wire = None if isinstance(new.physical_network, UnsetType) else new.physical_network
    number = None if isinstance(new.segmentation_id, UnsetType) else new.segmentation_id
    if new.network_type == GENEVE:
        return _overlay(parts, wire, number)
    if new.network_type not in (VLAN, FLAT):
        raise _wrong(f"network_type value '{new.network_type}' not supported: say geneve, vlan or flat")
    if not wire:
        raise _wrong(f"physical_network required for {new.network_type} provider network")
    if wire not in parts.options.physical_networks and wire not in mapped_wires(parts):
        raise _wrong(f"physical_network '{wire}' unknown for {new.network_type} provider network")
    if new.network_type == FLAT:
        if number is not None:
            raise _wrong("segmentation_id prohibited for flat provider network: leave it out")
        return Segment(FLAT, wire, None)
    return Segment(VLAN, wire, _vlan(parts, wire, number))


def mapped_wires(parts: Parts) -> set[str]:
    """The physical networks that a host maps to a bridge."""
    return {name for chassis in parts.driver.list_chassis() for name in chassis.bridge_mappings}


def check_mtu_for(mtu: int, ip_versions: Iterable[int], network_id: str) -> None:
    """Raises Conflict `network.mtu_too_small` for packets too small for the protocol of a subnet."""
    for version in ip_versions:
        least = MIN_MTU_IPV6 if version == 6 else MIN_MTU
        if mtu < least:
            raise Conflict(
                "network.mtu_too_small",
                f"MTU of {mtu} on network {network_id} is not valid for its IPv{version} subnets: "
                f"they need {least} at least.",
            )


def choose_mtu(parts: Parts, segment: Segment, wanted: int | UnsetType) -> int:
    """Raises Invalid `network.bad_mtu` for one that does not fit on the wire."""
    most = parts.options.overlay_mtu if segment.is_overlay else parts.options.wire_mtu
    if isinstance(wanted, UnsetType) or wanted == 0:
        return most
    if wanted < 0 or wanted > _MAX_MTU:
        raise Invalid("network.bad_mtu", f"Invalid input for mtu. Reason: '{wanted}' is not between 0 and {most}.")
    if wanted > most:
        raise Invalid(
            "network.bad_mtu",
            f"Invalid input for operation: Requested MTU is too big, maximum is {most}: ask for that or less.",
        )
    return wanted


def _overlay(parts: Parts, wire: str | None, number: int | None) -> Segment:
    if wire:
        raise _wrong("provider:physical_network specified for geneve network: leave it out")
    if number is None:
        number = parts.store.networks.next_segment(GENEVE, None, _FIRST_VNI)
    if not _FIRST_VNI <= number <= _MAX_VNI:
        raise _wrong(f"segmentation_id {number} is not between {_FIRST_VNI} and {_MAX_VNI}")
    return Segment(GENEVE, None, number)


def _vlan(parts: Parts, wire: str, number: int | None) -> int:
    if number is None:
        free = parts.store.networks.free_segment(wire, _FIRST_VLAN, _LAST_VLAN)
        if free is None:
            raise NoCapacity("segment.none_left", f"All VLANs of {wire} are in use: delete a network that is on it.")
        return free
    if not _FIRST_VLAN <= number <= _LAST_VLAN:
        raise _wrong(f"segmentation_id {number} out of range ({_FIRST_VLAN} through {_LAST_VLAN})")
    return number


def _wrong(why: str) -> Invalid:
    return Invalid("segment.invalid", f"Invalid input for operation: {why}.")
