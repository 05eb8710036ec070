"""What operators say of agents."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from haneul.kit.db import Database
from haneul.services.network.store.tables import network_agents


class AgentRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def descriptions(self) -> dict[str, str]:
        """By agent."""
        with self.db.read() as connection:
            return {row.id: row.description for row in connection.execute(select(network_agents))}

    def describe(self, agent_id: str, description: str) -> None:
        self.forget(agent_id)
        with self.db.write() as connection:
            connection.execute(insert(network_agents).values({"id": agent_id, "description": description}))

    def forget(self, agent_id: str) -> None:
        with self.db.write() as connection:
            connection.execute(delete(network_agents).where(network_agents.c.id == agent_id))
