"""Rows of the topologies that were made for projects."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from haneul.kit.db import Database
from haneul.services.network.model.auto_topologies import AutoTopology
from haneul.services.network.store.locks import hold
from haneul.services.network.store.tables import auto_topologies


class AutoTopologyRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, project_id: str) -> AutoTopology | None:
        with self.db.read() as connection:
            mine = auto_topologies.c.project_id == project_id
            row = connection.execute(select(auto_topologies).where(mine)).first()
            return None if row is None else AutoTopology(row.project_id, row.network_id, row.router_id)

    def find_alone(self, project_id: str) -> AutoTopology | None:
        """As `find`; until this transaction ends nobody else gets past the same call."""
        hold(self.db, f"auto-topology/{project_id}")
        return self.find(project_id)

    def add(self, topology: AutoTopology) -> None:
        with self.db.write() as connection:
            row = {"project_id": topology.project_id, "network_id": topology.network_id}
            connection.execute(insert(auto_topologies).values(row | {"router_id": topology.router_id}))

    def remove(self, project_id: str) -> None:
        with self.db.write() as connection:
            connection.execute(delete(auto_topologies).where(auto_topologies.c.project_id == project_id))
