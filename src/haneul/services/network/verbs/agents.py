"""The programs that carry the networks on the hosts, as operators see them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from haneul.kit.errors import NotFound
from haneul.kit.policy import Caller
from haneul.services.network.model.agents import Chassis, NetworkAgent
from haneul.services.network.parts import Parts

_CONTROLLER, _GATEWAY, _METADATA = "OVN Controller agent", "OVN Controller Gateway agent", "OVN Metadata agent"


@dataclass(frozen=True)
class Agents:
    parts: Parts

    def list(self, caller: Caller) -> list[NetworkAgent]:
        """A controller and a metadata agent per host; nothing for who is no administrator."""
        if not self.parts.policy.allows(caller, "get_agent"):
            return []
        return [agent for chassis in self.parts.driver.list_chassis() for agent in _agents(chassis)]

    def get(self, caller: Caller, agent_id: str) -> NetworkAgent:
        """Raises NotFound `agent.not_found`."""
        for agent in self.list(caller):
            if agent.id == agent_id:
                return agent
        raise NotFound("agent.not_found", f"Agent {agent_id} could not be found.")


def _agents(chassis: Chassis) -> Iterator[NetworkAgent]:
    kind = _GATEWAY if chassis.bridge_mappings else _CONTROLLER
    yield NetworkAgent(
        id=chassis.name,
        kind=kind,
        binary="ovn-controller",
        host=chassis.hostname,
        is_alive=chassis.is_alive,
        seen_at=chassis.seen_at,
        configurations={
            "bridge-mappings": ",".join(f"{wire}:{bridge}" for wire, bridge in chassis.bridge_mappings.items()),
            "encap-types": ",".join(chassis.encap_types),
        },
    )
    yield NetworkAgent(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"metadata/{chassis.name}")),
        kind=_METADATA,
        binary="haneul-agent",
        host=chassis.hostname,
        is_alive=chassis.is_alive,
        seen_at=chassis.seen_at,
    )
