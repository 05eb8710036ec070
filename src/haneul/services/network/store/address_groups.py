"""Rows of address groups."""

from __future__ import annotations

from sqlalchemy import select

from haneul.kit.db import Database
from haneul.services.network.model.address_groups import AddressGroup
from haneul.services.network.model.grants import Action, Shareable
from haneul.services.network.store.grants import SharedRows
from haneul.services.network.store.pool_tables import address_groups
from haneul.services.network.store.tables import rules


class AddressGroupRows(SharedRows[AddressGroup]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, address_groups, AddressGroup, Shareable.ADDRESS_GROUP)

    def users(self, noun_id: str, action: Action) -> set[str]:
        """The projects that have rules about it."""
        statement = select(rules.c.project_id).where(rules.c.remote_address_group_id == noun_id)
        with self.db.read() as connection:
            return set(connection.execute(statement).scalars())
