"""Rows of the data that images stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, insert, select, update

from haneul.kit.db import Database
from haneul.services.image.model import Blob
from haneul.services.image.store.tables import blobs, copies


class BlobRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def list_of(self, address: str) -> Sequence[Blob]:
        """The same data in every store that has it."""
        with self.db.read() as connection:
            rows = connection.execute(select(blobs).where(blobs.c.address == address)).all()
        return [Blob(**row._asdict()) for row in rows]

    def claim(self, store: str, address: str, size_bytes: int, now: datetime) -> None:
        """The blob is about to be kept, or kept again; holds its row until the transaction ends."""
        with self.db.write() as connection:
            statement = update(blobs).where(_is(store, address)).values(stored_at=now)
            if connection.execute(statement).rowcount == 0:
                values = {"store": store, "address": address, "size_bytes": size_bytes, "stored_at": now}
                connection.execute(insert(blobs).values(values | {"checked_at": now, "is_damaged": False}))

    def names(self, store: str) -> Sequence[str]:
        """The addresses of everything that the store keeps."""
        with self.db.read() as connection:
            return list(connection.execute(select(blobs.c.address).where(blobs.c.store == store)).scalars())

    def unused(self) -> Sequence[tuple[str, str]]:
        """Blobs that no image stands on: store and address."""
        is_wanted = exists().where(copies.c.store == blobs.c.store, copies.c.address == blobs.c.address)
        with self.db.read() as connection:
            rows = connection.execute(select(blobs.c.store, blobs.c.address).where(~is_wanted)).all()
        return [(row.store, row.address) for row in rows]

    def release(self, store: str, address: str) -> bool:
        """Delete the row unless an image stands on it; True where no row is left.

        The row is locked first, so that whoever claims it in the same moment comes before or after.
        """
        with self.db.write() as connection:
            connection.execute(update(blobs).where(_is(store, address)).values(address=address))
            wanted = select(copies.c.image_id).where(copies.c.store == store, copies.c.address == address)
            if connection.execute(wanted.limit(1)).first():
                return False
            connection.execute(delete(blobs).where(_is(store, address)))
            return True

    def unknown(self, store: str, names: Iterable[str]) -> Sequence[str]:
        """Those of the names that have no row for this store."""
        wanted = list(names)
        statement = select(blobs.c.address).where(blobs.c.store == store, blobs.c.address.in_(wanted))
        with self.db.read() as connection:
            known = set(connection.execute(statement).scalars())
        return [name for name in wanted if name not in known]

    def least_checked(self, stores: Sequence[str]) -> Blob | None:
        """Of the data in these stores that which was checked longest ago."""
        statement = select(blobs).where(blobs.c.store.in_(stores)).order_by(blobs.c.checked_at).limit(1)
        with self.db.read() as connection:
            row = connection.execute(statement).first()
        return None if row is None else Blob(**row._asdict())

    def mark_checked(self, store: str, address: str, now: datetime, is_damaged: bool) -> None:
        with self.db.write() as connection:
            statement = update(blobs).where(_is(store, address)).values(checked_at=now, is_damaged=is_damaged)
            connection.execute(statement)


def _is(store: str, address: str) -> ColumnElement[bool]:
    return and_(blobs.c.store == store, blobs.c.address == address)
