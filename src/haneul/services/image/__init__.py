"""Images: what servers begin as."""

from __future__ import annotations

from functools import partial

from haneul.kit.drift import Drift
from haneul.kit.upkeep import Loop
from haneul.services.image.driver import (
    BlobReader,
    BlobStore,
    Draft,
    Fetcher,
    Found,
    Inspection,
    Inspector,
    NamedStore,
    StoredBlob,
    Stores,
)
from haneul.services.image.model import (
    EDITABLE,
    Association,
    Blob,
    Change,
    Condition,
    Definition,
    DefinitionKind,
    Expects,
    Image,
    ImageDeleted,
    ImageFilter,
    ImageId,
    ImportMethod,
    ImportOrder,
    Member,
    MemberStatus,
    Namespace,
    NamespaceContent,
    NamespaceFilter,
    NamespaceVisibility,
    NewAssociation,
    NewDefinition,
    NewImage,
    NewNamespace,
    Operator,
    RemoveProperty,
    ResourceType,
    SetAttribute,
    SetProperty,
    Status,
    Task,
    TaskFilter,
    TaskStatus,
    Usage,
    Visibility,
)
from haneul.services.image.parts import Options, Parts
from haneul.services.image.policy import RULES, SCOPES
from haneul.services.image.store import METADATA, ImageStore
from haneul.services.image.upkeep.blobs import collect_blobs, remove_strays, scrub_blobs
from haneul.services.image.upkeep.drift import STRAYS_EVERY_S, UNUSED_EVERY_S, find_drift
from haneul.services.image.upkeep.metadefs import load_common_metadefs
from haneul.services.image.upkeep.uploads import end_dead_uploads, forget_tasks, sweep_drafts
from haneul.services.image.verbs.data import Download, require_bootable
from haneul.services.image.verbs.images import ImageVerbs
from haneul.services.image.verbs.imports import Imports
from haneul.services.image.verbs.members import Members
from haneul.services.image.verbs.metadefs import Definitions, Metadefs
from haneul.services.image.verbs.quota import UnifiedLimits
from haneul.services.image.verbs.stores import StoreVerbs
from haneul.services.image.verbs.tasks import Tasks
from haneul.services.image.workflows.copy_image import copy_image
from haneul.services.image.workflows.import_image import import_image

__all__ = [
    "EDITABLE",
    "METADATA",
    "RULES",
    "SCOPES",
    "Association",
    "Blob",
    "BlobReader",
    "BlobStore",
    "Change",
    "Condition",
    "Definition",
    "DefinitionKind",
    "Download",
    "Draft",
    "Expects",
    "Fetcher",
    "Found",
    "Image",
    "ImageDeleted",
    "ImageFilter",
    "ImageId",
    "ImageStore",
    "Images",
    "ImportMethod",
    "ImportOrder",
    "Inspection",
    "Inspector",
    "Member",
    "MemberStatus",
    "NamedStore",
    "Namespace",
    "NamespaceContent",
    "NamespaceFilter",
    "NamespaceVisibility",
    "NewAssociation",
    "NewDefinition",
    "NewImage",
    "NewNamespace",
    "Operator",
    "Options",
    "Parts",
    "RemoveProperty",
    "ResourceType",
    "SetAttribute",
    "SetProperty",
    "Status",
    "StoredBlob",
    "Stores",
    "Task",
    "TaskFilter",
    "TaskStatus",
    "UnifiedLimits",
    "Usage",
    "Visibility",
    "require_bootable",
]


class Images:
    """The face of the image service."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.images = ImageVerbs(parts)
        self.members = Members(parts)
        self.imports = Imports(parts)
        self.tasks = Tasks(parts)
        self.stores = StoreVerbs(parts)
        self.metadefs = Metadefs(parts)
        self.metadef_objects = Definitions(parts, DefinitionKind.OBJECT)
        self.metadef_properties = Definitions(parts, DefinitionKind.PROPERTY)
        self.metadef_tags = Definitions(parts, DefinitionKind.TAG)
        self.workflows = (import_image, copy_image)
        self.upkeep = tuple(
            Loop(f"image.{fn.__name__}", every_s, partial(fn, parts))
            for fn, every_s in (
                (end_dead_uploads, 30.0),
                (sweep_drafts, 300.0),
                (collect_blobs, UNUSED_EVERY_S),
                (remove_strays, STRAYS_EVERY_S),
                (scrub_blobs, 600.0),
                (forget_tasks, 3600.0),
            )
        )

    def start(self) -> None:
        """What shall be so before the first request: dead uploads ended, well-known definitions and limits there."""
        end_dead_uploads(self.parts)
        sweep_drafts(self.parts)
        with (
            self.parts.db.write()
        ):  # Control planes that start together take turns: the second finds what the first made.
            load_common_metadefs(self.parts)
            self.parts.limits.register()

    def drift(self) -> Drift:
        """What differs in the store from what is written."""
        return find_drift(self.parts)
