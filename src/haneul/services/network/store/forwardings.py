"""Rows of port forwardings."""

from __future__ import annotations

from collections.abc import Iterable

from haneul.kit.db import Database
from haneul.services.network.model.forwardings import Forwarding
from haneul.services.network.store.locks import hold
from haneul.services.network.store.rows import Rows, Scope, chunked
from haneul.services.network.store.tables import forwardings


class ForwardingRows(Rows[Forwarding]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, forwardings, Forwarding)

    def seen_by(self, project_id: str) -> Scope:
        return forwardings.c.project_id == project_id

    def of_floating_ips(self, floating_ip_ids: Iterable[str]) -> dict[str, list[Forwarding]]:
        """By floating IP; those without any are not there."""
        found: dict[str, list[Forwarding]] = {}
        for some in chunked(floating_ip_ids):
            for each in self.where(forwardings.c.floating_ip_id.in_(some)):
                found.setdefault(each.floating_ip_id, []).append(each)
        return found

    def of_port(self, port_id: str) -> list[Forwarding]:
        return self.where(forwardings.c.port_id == port_id)

    def hold_neighbours(self, floating_ip_id: str) -> list[Forwarding]:
        """Those of the floating IP; until this transaction ends nobody else reads them in order to add one."""
        hold(self.db, f"forwardings/{floating_ip_id}")
        return self.where(forwardings.c.floating_ip_id == floating_ip_id)
