"""Images: what servers begin as."""

from __future__ import annotations

from haneul.services.image.driver import BlobReader, BlobStore, Draft, Found, Inspection, Inspector, StoredBlob
from haneul.services.image.model import (
    EDITABLE,
    Blob,
    Change,
    Condition,
    Expects,
    Image,
    ImageDeleted,
    ImageFilter,
    ImageId,
    Member,
    MemberStatus,
    NewImage,
    Operator,
    RemoveProperty,
    SetAttribute,
    SetProperty,
    Status,
    Visibility,
)
from haneul.services.image.parts import Options, Parts
from haneul.services.image.policy import RULES
from haneul.services.image.store import METADATA, ImageStore
from haneul.services.image.verbs.data import Download
from haneul.services.image.verbs.images import ImageVerbs
from haneul.services.image.verbs.members import Members

__all__ = [
    "EDITABLE",
    "METADATA",
    "RULES",
    "Blob",
    "BlobReader",
    "BlobStore",
    "Change",
    "Condition",
    "Download",
    "Draft",
    "Expects",
    "Found",
    "Image",
    "ImageDeleted",
    "ImageFilter",
    "ImageId",
    "ImageStore",
    "Images",
    "Inspection",
    "Inspector",
    "Member",
    "MemberStatus",
    "NewImage",
    "Operator",
    "Options",
    "Parts",
    "RemoveProperty",
    "SetAttribute",
    "SetProperty",
    "Status",
    "StoredBlob",
    "Visibility",
]


class Images:
    """The face of the image service."""

    def __init__(self, parts: Parts) -> None:
        self.images = ImageVerbs(parts)
        self.members = Members(parts)
