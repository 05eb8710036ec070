"""The programs that carry the networks on the hosts, as operators see them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.model.agents import Chassis, NetworkAgent
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import check_text

_CONTROLLER, _GATEWAY, _METADATA = "OVN Controller agent", "OVN Controller Gateway agent", "OVN Metadata agent"


@dataclass(frozen=True)
class Agents:
    parts: Parts

    def list(self, caller: Caller) -> list[NetworkAgent]:
        """A controller and a metadata agent per host; nothing for who is no administrator."""
        if not self.parts.policy.allows(caller, "get_agent"):
            return []
        described = self.parts.store.agents.descriptions()
        every = (agent for chassis in self.parts.driver.list_chassis() for agent in _agents(chassis))
        return [replace(agent, description=described.get(agent.id, "")) for agent in every]

    def get(self, caller: Caller, agent_id: str) -> NetworkAgent:
        """Raises NotFound `agent.not_found`."""
        for agent in self.list(caller):
            if agent.id == agent_id:
                return agent
        raise NotFound("agent.not_found", f"Agent {agent_id} could not be found.")

    def describe(self, caller: Caller, agent_id: str, description: str) -> NetworkAgent:
        """Raises Forbidden, NotFound, Invalid."""
        self.parts.policy.require(caller, "update_agent")
        agent = self.get(caller, agent_id)
        check_text(description=description)
        self.parts.store.agents.describe(agent_id, description)
        return replace(agent, description=description)

    def delete(self, caller: Caller, agent_id: str) -> None:
        """Forget a host that is gone, with all of its agents. Raises Forbidden, NotFound, Conflict `agent.alive`."""
        self.parts.policy.require(caller, "delete_agent")
        agent = self.get(caller, agent_id)
        if agent.is_alive:
            raise Conflict("agent.alive", f"Agent {agent_id} is alive and would come again: stop its host first.")
        mates = [each.id for each in self.list(caller) if each.chassis == agent.chassis]
        self.parts.driver.remove_chassis(agent.chassis)
        for each in mates:
            self.parts.store.agents.forget(each)


def _agents(chassis: Chassis) -> Iterator[NetworkAgent]:
    kind = _GATEWAY if chassis.bridge_mappings else _CONTROLLER
    yield NetworkAgent(
        id=chassis.name,
        kind=kind,
        binary="ovn-controller",
        host=chassis.hostname,
        is_alive=chassis.is_alive,
        seen_at=chassis.seen_at,
        chassis=chassis.name,
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
        chassis=chassis.name,
    )
