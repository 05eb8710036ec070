"""Rows of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared
from haneul.kit.errors import Conflict
from haneul.kit.paging import Page
from haneul.services.image.model import Image, ImageFilter, Status, Visibility, check_move
from haneul.services.image.store.listing import Viewer, select_page
from haneul.services.image.store.tables import copies, facet_key, facets, images

_COLUMNS = [images.c[field.name] for field in fields(Image)]

_BY_ID = Prepared(select(*_COLUMNS).where(images.c.id == bindparam("image_id")))


class ImageRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, image_id: str) -> Image | None:
        with self.db.read() as connection:
            row = _BY_ID.first(connection, image_id=image_id)
        return None if row is None else _image(row)

    def list(self, viewer: Viewer, wanted: ImageFilter, page: Page) -> list[Image]:
        """The page of the images in sight of `viewer`. Raises NotFound `image.no_marker` for an unknown marker."""
        with self.db.read() as connection:
            statement = select_page(connection, _COLUMNS, viewer, wanted, page)
            return [_image(row) for row in connection.execute(statement)]

    def add(self, image: Image) -> None:
        """Raises Conflict `image.exists` where the id is taken."""
        values = {field.name: getattr(image, field.name) for field in fields(Image)}
        with self.db.write() as connection:
            if connection.execute(select(images.c.id).where(images.c.id == image.id)).first():
                raise _taken(image.id)
            try:
                connection.execute(insert(images).values(values | {"properties": dict(image.properties)}))
            except IntegrityError as error:
                raise _taken(image.id) from error
            self._index(image)

    def save(self, image: Image) -> None:
        """Write what a caller may edit. No status, no data: those move by `move`."""
        names = ("name", "visibility", "owner", "disk_format", "container_format", "min_disk_gib", "min_ram_mib",
                 "is_protected", "is_hidden", "updated_at", "tags")  # fmt: skip
        values = {name: getattr(image, name) for name in names}
        with self.db.write() as connection:
            connection.execute(
                update(images).where(images.c.id == image.id).values(values | {"properties": dict(image.properties)})
            )
            connection.execute(delete(facets).where(facets.c.image_id == image.id))
            self._index(image)

    def move(self, image: Image, to: Status, now: datetime, **values: Any) -> bool:
        """Give the image its next status and these columns; False where it is no longer as `image` says.

        Raises Conflict `image.wrong_status` for a move that MOVES does not know.
        """
        check_move(image, to)
        statement = (
            update(images)
            .where(
                images.c.id == image.id,
                images.c.status == image.status,
                images.c.upload_id.is_(None) if image.upload_id is None else images.c.upload_id == image.upload_id,
            )
            .values(status=to, updated_at=now, **values)
        )
        with self.db.write() as connection:
            return connection.execute(statement).rowcount == 1

    def renew_upload(self, upload_id: str, until: datetime) -> bool:
        """The upload lives until then; False where nobody waits for it any more."""
        with self.db.write() as connection:
            statement = update(images).where(images.c.upload_id == upload_id).values(upload_until=until)
            return connection.execute(statement).rowcount == 1

    def set_staged(self, image: Image, size_bytes: int, until: datetime) -> None:
        """The data that the image waits for is complete, and is kept until then."""
        statement = update(images).where(images.c.upload_id == image.upload_id)
        with self.db.write() as connection:
            connection.execute(statement.values(size_bytes=size_bytes, upload_until=until))

    def requeue(self, image: Image, now: datetime, **values: Any) -> bool:
        """Queued again, without data; False where it is no longer as `image` says."""
        nothing = {"upload_id": None, "upload_until": None, "blob": None, "size_bytes": None, "stores": ()}
        with self.db.write() as connection:
            if not self.move(image, Status.QUEUED, now, **(nothing | values)):
                return False
            connection.execute(delete(copies).where(copies.c.image_id == image.id))
            return True

    def begin_copy(self, image: Image, upload_id: str, stores: tuple[str, ...]) -> bool:
        """The image, which has data and is at rest, is on its way to these stores; False where it is not so."""
        at_rest = (images.c.id == image.id, images.c.upload_id.is_(None), images.c.status == image.status)
        values = {"upload_id": upload_id, "importing_to": stores, "failed_stores": ()}
        with self.db.write() as connection:
            return connection.execute(update(images).where(*at_rest).values(values)).rowcount == 1

    def end_copy(self, image_id: str, upload_id: str) -> None:
        """At rest again; where it did not get counts as failed."""
        with self.db.write() as connection:
            mine = (images.c.id == image_id, images.c.upload_id == upload_id)
            columns = (images.c.importing_to, images.c.failed_stores)
            row = connection.execute(select(*columns).where(*mine).with_for_update()).first()
            if row is None:
                return
            failed = tuple(dict.fromkeys((*(row.failed_stores or ()), *(row.importing_to or ()))))
            values = {"upload_id": None, "importing_to": (), "failed_stores": failed}
            connection.execute(update(images).where(*mine).values(values))

    def addresses_like(self, md5: str, size_bytes: int) -> Sequence[str]:
        """Where data is kept that may be the same."""
        alike = and_(images.c.checksum == md5, images.c.size_bytes == size_bytes, images.c.blob.is_not(None))
        with self.db.read() as connection:
            return list(connection.execute(select(images.c.blob).where(alike).distinct()).scalars())

    def remove(self, image_id: str) -> bool:
        with self.db.write() as connection:
            return connection.execute(delete(images).where(images.c.id == image_id)).rowcount == 1

    def dead_uploads(self, now: datetime, begun_before: datetime | None = None) -> Sequence[Image]:
        """Images that wait for an upload whose writer is gone: silent for too long, or begun before a moment."""
        silent = images.c.upload_until < now
        if begun_before is not None:
            silent = or_(silent, and_(images.c.status == Status.SAVING, images.c.updated_at < begun_before))
        waiting = images.c.status.in_((Status.SAVING, Status.UPLOADING))
        statement = select(*_COLUMNS).where(images.c.upload_id.is_not(None), waiting, silent)
        with self.db.read() as connection:
            return [_image(row) for row in connection.execute(statement)]

    def upload_ids(self) -> frozenset[str]:
        """Every draft that an image waits for."""
        with self.db.read() as connection:
            statement = select(images.c.upload_id).where(images.c.upload_id.is_not(None))
            return frozenset(connection.execute(statement).scalars())

    def tally(self, project_id: str) -> Tally:
        """Data counts once for each store that has it, or is about to."""
        total = func.coalesce(func.sum(images.c.size_bytes), 0)
        count = func.count(images.c.id.distinct())
        each = images.outerjoin(copies, copies.c.image_id == images.c.id)
        statement = select(images.c.status, count, total).select_from(each).where(images.c.owner == project_id)
        with self.db.read() as connection:
            rows = connection.execute(statement.group_by(images.c.status)).all()
        return {Status(status): (int(count), int(size)) for status, count, size in rows}

    def _index(self, image: Image) -> None:
        rows = [
            {"image_id": image.id, "kind": "tag", "name": "", "value_key": facet_key(tag)} for tag in image.tags
        ] + [
            {"image_id": image.id, "kind": "property", "name": name, "value_key": facet_key(text)}
            for name, text in image.properties.items()
        ]
        if rows:
            with self.db.write() as connection:
                connection.execute(insert(facets), rows)


Tally = Mapping[Status, tuple[int, int]]
"""How many images a project has in a status, and their bytes together."""


def _taken(image_id: str) -> Conflict:
    return Conflict("image.exists", f"Image {image_id} already exists; choose another id or leave it out.")


_STATUS = {str(status): status for status in Status}
_VISIBILITY = {str(visibility): visibility for visibility in Visibility}
_FIELDS = tuple(field.name for field in fields(Image))
_STATUS_AT, _VISIBILITY_AT, _TAGS_AT = (_FIELDS.index(name) for name in ("status", "visibility", "tags"))


def _image(row: Row[Any]) -> Image:
    """A row of _COLUMNS, which are the fields of Image in their order."""
    values = list(row)
    values[_STATUS_AT] = _STATUS[values[_STATUS_AT]]
    values[_VISIBILITY_AT] = _VISIBILITY[values[_VISIBILITY_AT]]
    values[_TAGS_AT] = tuple(values[_TAGS_AT])
    return Image(*values)
