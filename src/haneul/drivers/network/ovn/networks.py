"""Networks as logical switches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from haneul.drivers.network.ovn.rows import Wanted
from haneul.drivers.network.ovn.tags import Address
from haneul.services.network.driver import Kind, NetworkIntent


def switch(network_id: str) -> Address:
    return Address(Kind.NETWORK, network_id, "switch")


def network_rows(network: NetworkIntent) -> Iterable[Wanted]:
    """A switch; on a provider's wire also the port by which it is tied to that wire on every host that has it."""
    own = switch(network.id)
    config = {"mcast_snoop": "false", "vlan-passthru": "false"}
    tags = {"haneul:name": network.name, "haneul:mtu": str(network.mtu)}
    yield Wanted("Logical_Switch", own, {"name": f"network-{network.id}", "other_config": config}, tags=tags)
    if network.physical_network is not None:
        columns: dict[str, Any] = {
            "name": f"wire-{network.id}",
            "type": "localnet",
            "addresses": ["unknown"],
            "options": {"network_name": network.physical_network},
            "tag": [] if network.vlan is None else [network.vlan],
        }
        yield Wanted("Logical_Switch_Port", Address(Kind.NETWORK, network.id, "wire"), columns, within=own)
