"""Rows of the volumes that servers have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from haneul.kit.db import Database, Prepared, among
from haneul.services.compute.model import ServerVolume
from haneul.services.compute.store.tables import server_volumes

_OF_SERVERS = Prepared(
    select(server_volumes)
    .where(among(server_volumes.c.server_id))
    .order_by(server_volumes.c.server_id, server_volumes.c.device)
)


class ServerVolumeStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def of(self, server_ids: Sequence[str]) -> Sequence[ServerVolume]:
        """In the order of their devices."""
        with self.db.read() as c:
            return [ServerVolume(**row._asdict()) for row in _OF_SERVERS.rows(c, ids=list(server_ids))]

    def find(self, server_id: str, volume_id: str) -> ServerVolume | None:
        return next((each for each in self.of([server_id]) if each.volume_id == volume_id), None)

    def find_attachment(self, server_id: str, attachment_id: str) -> ServerVolume | None:
        return next((each for each in self.of([server_id]) if each.attachment_id == attachment_id), None)

    def add(self, volume: ServerVolume) -> None:
        values = {column.name: getattr(volume, column.name) for column in server_volumes.columns}
        with self.db.write() as c:
            c.execute(insert(server_volumes).values(values))

    def change(self, attachment_id: str, **values: Any) -> None:
        """Fine if it is gone."""
        with self.db.write() as c:
            mine = update(server_volumes).where(server_volumes.c.attachment_id == attachment_id)
            c.execute(mine.values(values))

    def remove(self, attachment_id: str) -> None:
        """Fine if it is gone."""
        with self.db.write() as c:
            c.execute(delete(server_volumes).where(server_volumes.c.attachment_id == attachment_id))
