"""Rows of which store has which image's data, and how its way there goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from haneul.kit.db import Database
from haneul.services.image.store.tables import copies, images


class CopyRows:
    """A row keeps the data that it names. `images.stores` tells clients where data is whole."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def refer(self, image_id: str, upload_id: str, store: str, address: str) -> bool:
        """The image stands on this blob from now on; False where that upload is no longer its own."""
        with self.db.write() as connection:
            mine = (images.c.id == image_id, images.c.upload_id == upload_id)
            if connection.execute(update(images).where(*mine).values(blob=address)).rowcount == 0:
                return False
            here = (copies.c.image_id == image_id, copies.c.store == store)
            if connection.execute(update(copies).where(*here).values(address=address)).rowcount == 0:
                connection.execute(insert(copies).values(image_id=image_id, store=store, address=address))
            return True

    def list_of(self, image_id: str) -> Sequence[tuple[str, str]]:
        """Store and address of everything that the image stands on."""
        with self.db.read() as connection:
            rows = connection.execute(select(copies).where(copies.c.image_id == image_id)).all()
        return [(row.store, row.address) for row in rows]

    def arrive(self, image_id: str, upload_id: str, store: str) -> None:
        """The image's data is whole in that store."""
        self._update(image_id, upload_id, store, has_arrived=True)

    def miss(self, image_id: str, upload_id: str, store: str) -> None:
        """The image's data does not get to that store, and has nothing to do with it."""
        self._update(image_id, upload_id, store, has_arrived=False)

    def leave(self, image_id: str, store: str) -> bool:
        """An image at rest has no data in that store any more; False where it is not at rest, or had none there."""
        with self.db.write() as connection:
            at_rest = (images.c.id == image_id, images.c.upload_id.is_(None))
            row = connection.execute(select(images.c.stores).where(*at_rest).with_for_update()).first()
            if row is None or store not in row.stores or len(row.stores) == 1:
                return False
            left = tuple(name for name in row.stores if name != store)
            connection.execute(update(images).where(*at_rest).values(stores=left))
            self._forget(image_id, store)
            return True

    def forget_all(self, image_id: str) -> None:
        """The image stands on nothing."""
        with self.db.write() as connection:
            connection.execute(delete(copies).where(copies.c.image_id == image_id))

    def _update(self, image_id: str, upload_id: str, store: str, has_arrived: bool) -> None:
        with self.db.write() as connection:
            mine = (images.c.id == image_id, images.c.upload_id == upload_id)
            columns = (images.c.stores, images.c.importing_to, images.c.failed_stores)
            row = connection.execute(select(*columns).where(*mine).with_for_update()).first()
            if row is None:
                return
            values: dict[str, Any] = {"stores": _with(row.stores, store, has_arrived)}
            if row.importing_to is not None:
                values["importing_to"] = _with(row.importing_to, store, False)
                values["failed_stores"] = _with(row.failed_stores or (), store, not has_arrived)
            connection.execute(update(images).where(*mine).values(values))
            if not has_arrived:
                self._forget(image_id, store)

    def _forget(self, image_id: str, store: str) -> None:
        with self.db.write() as connection:
            connection.execute(delete(copies).where(copies.c.image_id == image_id, copies.c.store == store))


def _with(names: tuple[str, ...], name: str, is_in: bool) -> tuple[str, ...]:
    others = tuple(each for each in names if each != name)
    return (*others, name) if is_in else others
