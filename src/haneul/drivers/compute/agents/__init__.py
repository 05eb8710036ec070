"""Real hosts, by the agents that dialled in from them."""

from haneul.drivers.compute.agents.hosts import AgentHosts
from haneul.drivers.compute.agents.listener import ListenerSettings

__all__ = ["AgentHosts", "ListenerSettings"]
