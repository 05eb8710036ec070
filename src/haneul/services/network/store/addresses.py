"""Which addresses are given, and to which port."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, bindparam, delete, exists, func, select
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared, inserting
from haneul.services.network.store.tables import port_addresses

_TAKE = inserting(port_addresses, port_addresses.c.keys())
_HIGHEST = Prepared(
    select(func.max(port_addresses.c.number)).where(
        port_addresses.c.subnet_id == bindparam("subnet_id"),
        port_addresses.c.number.between(bindparam("first"), bindparam("last")),
    )
)


class AddressRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def take(self, port_id: str, network_id: str, chosen: tuple[str, str, int | None], position: int) -> bool:
        """Give the port the (subnet, address, number); False when somebody has the address."""
        subnet_id, address, number = chosen
        values = {
            "port_id": port_id,
            "network_id": network_id,
            "subnet_id": subnet_id,
            "ip_address": address,
            "number": number,
            "position": position,
        }
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    _TAKE.run(connection, **values)
            except IntegrityError:
                return False
        return True

    def release(self, port_id: str) -> None:
        with self.db.write() as connection:
            connection.execute(delete(port_addresses).where(port_addresses.c.port_id == port_id))

    def is_taken(self, network_id: str, address: str) -> bool:
        statement = select(port_addresses.c.port_id).where(
            port_addresses.c.network_id == network_id, port_addresses.c.ip_address == address
        )
        with self.db.read() as connection:
            return connection.execute(statement).first() is not None

    def owner(self, network_id: str, address: str) -> str | None:
        """The port that has the address."""
        statement = select(port_addresses.c.port_id).where(
            port_addresses.c.network_id == network_id, port_addresses.c.ip_address == address
        )
        with self.db.read() as connection:
            return connection.execute(statement).scalar()

    def highest(self, subnet_id: str, first: int, last: int) -> int | None:
        """The highest number given between the two, both included."""
        with self.db.read() as connection:
            number = _HIGHEST.scalar(connection, subnet_id=subnet_id, first=first, last=last)
        return None if number is None else int(number)

    def lowest_free(self, subnet_id: str, first: int, last: int) -> int | None:
        """The lowest number between the two, both included, that is not given."""
        mine, after = port_addresses.alias("mine"), port_addresses.alias("after")
        taken = select(mine.c.number).where(mine.c.subnet_id == subnet_id, mine.c.number == first)
        follows = exists().where(and_(after.c.subnet_id == subnet_id, after.c.number == mine.c.number + 1))
        gap = (
            select(mine.c.number + 1)
            .where(mine.c.subnet_id == subnet_id, mine.c.number >= first, mine.c.number < last, ~follows)
            .order_by(mine.c.number)
            .limit(1)
        )
        with self.db.read() as connection:
            if connection.execute(taken).first() is None:
                return first
            number = connection.execute(gap).scalar()
        return None if number is None else int(number)

    def used(self, subnet_ids: Iterable[str]) -> dict[str, int]:
        """How many addresses are given, by subnet."""
        statement = (
            select(port_addresses.c.subnet_id, func.count())
            .where(port_addresses.c.subnet_id.in_(list(subnet_ids)))
            .group_by(port_addresses.c.subnet_id)
        )
        with self.db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}
