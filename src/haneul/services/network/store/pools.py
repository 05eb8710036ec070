"""Rows of subnet pools and address scopes."""

from __future__ import annotations

from sqlalchemy import select

from haneul.kit.db import Database
from haneul.services.network.model.grants import Action, Shareable
from haneul.services.network.model.pools import AddressScope, SubnetPool
from haneul.services.network.store.grants import SharedRows
from haneul.services.network.store.locks import hold
from haneul.services.network.store.pool_tables import address_scopes, subnet_pools
from haneul.services.network.store.tables import subnets


class AddressScopeRows(SharedRows[AddressScope]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, address_scopes, AddressScope, Shareable.ADDRESS_SCOPE)

    def users(self, noun_id: str, action: Action) -> set[str]:
        """The projects that have pools in it."""
        statement = select(subnet_pools.c.project_id).where(subnet_pools.c.scope_id == noun_id)
        with self.db.read() as connection:
            return set(connection.execute(statement).scalars())


class SubnetPoolRows(SharedRows[SubnetPool]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, subnet_pools, SubnetPool, Shareable.SUBNET_POOL)

    def users(self, noun_id: str, action: Action) -> set[str]:
        """The projects that have subnets from it."""
        statement = select(subnets.c.project_id).where(subnets.c.pool_id == noun_id)
        with self.db.read() as connection:
            return set(connection.execute(statement).scalars())

    def in_scope(self, scope_id: str) -> list[SubnetPool]:
        return self.where(subnet_pools.c.scope_id == scope_id)

    def find_default(self, ip_version: int) -> SubnetPool | None:
        found = self.where(subnet_pools.c.is_default, subnet_pools.c.ip_version == ip_version)
        return found[0] if found else None

    def taken(self, pool_id: str) -> list[tuple[str, str]]:
        """The project and range of each subnet from it; until this transaction ends nobody else takes one."""
        hold(self.db, f"subnet-pool/{pool_id}")
        statement = select(subnets.c.project_id, subnets.c.cidr).where(subnets.c.pool_id == pool_id)
        with self.db.read() as connection:
            return [(row[0], row[1]) for row in connection.execute(statement)]
