"""Rows of names that operators invent: custom traits and custom resource classes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Table, delete, insert, select, update

from haneul.kit.db import Database
from haneul.services.placement.store.tables import (
    allocations,
    inventories,
    provider_traits,
    resource_classes,
    traits,
)


class NameRows:
    """Custom names of one sort, and where they are used."""

    def __init__(self, db: Database, table: Table, used_in: tuple[Column[str], ...]) -> None:
        self.db = db
        self._table = table
        self._used_in = used_in

    def list(self) -> list[str]:
        with self.db.read() as c:
            return [str(name) for name in c.execute(select(self._table.c.name).order_by(self._table.c.name)).scalars()]

    def exists(self, name: str) -> bool:
        with self.db.read() as c:
            return c.execute(select(self._table.c.name).where(self._table.c.name == name)).first() is not None

    def add(self, name: str, now: datetime) -> None:
        with self.db.write() as c:
            c.execute(insert(self._table).values(name=name, created_at=now))

    def rename(self, name: str, to: str) -> None:
        """Everywhere it is used, too."""
        with self.db.write() as c:
            c.execute(update(self._table).where(self._table.c.name == name).values(name=to))
            for column in self._used_in:
                c.execute(update(column.table).where(column == name).values({column.name: to}))

    def remove(self, name: str) -> None:
        with self.db.write() as c:
            c.execute(delete(self._table).where(self._table.c.name == name))

    def is_used(self, name: str) -> bool:
        with self.db.read() as c:
            return any(c.execute(select(column).where(column == name).limit(1)).first() for column in self._used_in)

    def used(self) -> set[str]:
        """All names in use, standard ones included."""
        with self.db.read() as c:
            return {str(name) for column in self._used_in for name in c.execute(select(column).distinct()).scalars()}


def trait_rows(db: Database) -> NameRows:
    return NameRows(db, traits, (provider_traits.c.trait,))


def resource_class_rows(db: Database) -> NameRows:
    return NameRows(db, resource_classes, (inventories.c.resource_class, allocations.c.resource_class))
