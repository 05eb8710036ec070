"""Rows of the data that images stand on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, exists, insert, select, update

from haneul.kit.db import Database
from haneul.services.image.model import Blob
from haneul.services.image.store.tables import blobs, images


class BlobRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, address: str) -> Blob | None:
        with self.db.read() as connection:
            row = connection.execute(select(blobs).where(blobs.c.address == address)).first()
        return None if row is None else Blob(**row._asdict())

    def claim(self, address: str, size_bytes: int, now: datetime) -> None:
        """The blob is about to be kept, or kept again; holds its row until the transaction ends.

        Data that was damaged is whole again once it is kept anew.
        """
        with self.db.write() as connection:
            statement = update(blobs).where(blobs.c.address == address).values(stored_at=now, is_damaged=False)
            if connection.execute(statement).rowcount == 0:
                values = {"address": address, "size_bytes": size_bytes, "stored_at": now, "checked_at": now}
                connection.execute(insert(blobs).values(values | {"is_damaged": False}))

    def names(self) -> list[str]:
        """The addresses of everything that is kept."""
        with self.db.read() as connection:
            return list(connection.execute(select(blobs.c.address)).scalars())

    def unused(self) -> list[str]:
        """Blobs that no image stands on."""
        statement = select(blobs.c.address).where(~exists().where(images.c.blob == blobs.c.address))
        with self.db.read() as connection:
            return list(connection.execute(statement).scalars())

    def release(self, address: str) -> bool:
        """Delete the row unless an image stands on it; True where no row is left.

        The row is locked first, so that whoever claims it in the same moment comes before or after.
        """
        with self.db.write() as connection:
            mine = blobs.c.address == address
            connection.execute(update(blobs).where(mine).values(address=address))
            if connection.execute(select(images.c.id).where(images.c.blob == address).limit(1)).first():
                return False
            connection.execute(delete(blobs).where(mine))
            return True

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those of the names that have no row."""
        wanted = list(names)
        with self.db.read() as connection:
            known = set(connection.execute(select(blobs.c.address).where(blobs.c.address.in_(wanted))).scalars())
        return [name for name in wanted if name not in known]

    def least_checked(self) -> Blob | None:
        with self.db.read() as connection:
            row = connection.execute(select(blobs).order_by(blobs.c.checked_at).limit(1)).first()
        return None if row is None else Blob(**row._asdict())

    def mark_checked(self, address: str, now: datetime, is_damaged: bool) -> None:
        with self.db.write() as connection:
            connection.execute(
                update(blobs).where(blobs.c.address == address).values(checked_at=now, is_damaged=is_damaged)
            )
