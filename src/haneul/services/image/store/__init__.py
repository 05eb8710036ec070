"""Images' rows in and out; the only SQL of this service."""

from __future__ import annotations

from haneul.kit.db import Database
from haneul.services.image.store.blobs import BlobRows
from haneul.services.image.store.copies import CopyRows
from haneul.services.image.store.images import ImageRows
from haneul.services.image.store.members import MemberRows
from haneul.services.image.store.metadefs import MetadefRows
from haneul.services.image.store.tables import METADATA
from haneul.services.image.store.tasks import TaskRows

__all__ = ["METADATA", "ImageStore"]


class ImageStore:
    """All rows of the service, by noun."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.images = ImageRows(db)
        self.members = MemberRows(db)
        self.blobs = BlobRows(db)
        self.copies = CopyRows(db)
        self.tasks = TaskRows(db)
        self.metadefs = MetadefRows(db)
