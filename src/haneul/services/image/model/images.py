"""Images: what they are, the states they pass through, and what may be asked of a listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from haneul.kit.errors import Conflict

ImageId = NewType("ImageId", str)


class Status(StrEnum):
    QUEUED = "queued"
    """Described, without data."""
    SAVING = "saving"
    """Data is being uploaded."""
    UPLOADING = "uploading"
    """Data is being staged, or is staged and waits for its import."""
    IMPORTING = "importing"
    """A run is fetching, inspecting and keeping the data."""
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    """Has data that only administrators and hosts may read."""


MOVES: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SAVING, Status.UPLOADING, Status.IMPORTING}),
    Status.SAVING: frozenset({Status.ACTIVE, Status.QUEUED}),
    Status.UPLOADING: frozenset({Status.IMPORTING, Status.QUEUED}),
    Status.IMPORTING: frozenset({Status.ACTIVE, Status.QUEUED}),
    Status.ACTIVE: frozenset({Status.DEACTIVATED}),
    Status.DEACTIVATED: frozenset({Status.ACTIVE}),
}
"""Which status may follow which. An image may be deleted in any: then its row is gone."""


class Visibility(StrEnum):
    PUBLIC = "public"
    """Everybody sees it in their listings."""
    COMMUNITY = "community"
    """Everybody may use it; it is listed only when asked for."""
    SHARED = "shared"
    """For the owner and the projects that are its members."""
    PRIVATE = "private"


class MemberStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Image:
    """An image as everybody who may see it sees it."""

    id: ImageId
    name: str | None
    status: Status
    visibility: Visibility
    owner: str | None
    """The project; None for one that belongs to the cloud."""
    disk_format: str | None
    container_format: str | None
    min_disk_gib: int
    min_ram_mib: int
    is_protected: bool
    is_hidden: bool
    created_at: datetime
    updated_at: datetime
    size_bytes: int | None = None
    """Of the file; None without data."""
    virtual_size_bytes: int | None = None
    """Of the disk inside, as the inspection found it."""
    checksum: str | None = None
    """MD5, as OpenStack's clients compare it."""
    os_hash_algo: str | None = None
    os_hash_value: str | None = None
    found_format: str | None = None
    """What the data really is, by inspection."""
    tags: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    blob: str | None = None
    """The address of its data in the stores."""
    stores: tuple[str, ...] = ()
    """Where its data is."""
    importing_to: tuple[str, ...] | None = None
    """Where its data is still to go; None: it never was imported."""
    failed_stores: tuple[str, ...] | None = None
    """Where its last import did not get."""
    upload_id: str | None = None
    """Names the draft that is being written or is staged; None at rest."""

    @property
    def has_data(self) -> bool:
        return self.status in (Status.ACTIVE, Status.DEACTIVATED)


@dataclass(frozen=True)
class NewImage:
    """What a caller says of an image on creating it."""

    name: str | None = None
    id: str | None = None
    visibility: Visibility = Visibility.SHARED
    owner: str | None = None
    """None: the caller's project."""
    disk_format: str | None = None
    container_format: str | None = None
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    is_protected: bool = False
    is_hidden: bool = False
    tags: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


class Expects(StrEnum):
    """How things must stand before a property is set."""

    ANYTHING = "anything"
    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True)
class SetAttribute:
    """A field of Image is to have this value; the field is one of EDITABLE."""

    name: str
    value: object


@dataclass(frozen=True)
class SetProperty:
    name: str
    value: str
    expects: Expects = Expects.ANYTHING


@dataclass(frozen=True)
class RemoveProperty:
    name: str


Change = SetAttribute | SetProperty | RemoveProperty

EDITABLE = frozenset(
    {
        "name",
        "visibility",
        "owner",
        "disk_format",
        "container_format",
        "min_disk_gib",
        "min_ram_mib",
        "is_protected",
        "is_hidden",
        "tags",
    }
)


@dataclass(frozen=True)
class Member:
    """A project with which an image is shared."""

    image_id: ImageId
    project_id: str
    status: MemberStatus
    created_at: datetime
    updated_at: datetime


class Operator(StrEnum):
    EQ = "eq"
    NEQ = "neq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    IN = "in"
    OUTSIDE = "outside"
    """Before the first value, or not before the second."""


@dataclass(frozen=True)
class Condition:
    """One field of Image compared with values: a single one, but for IN and OUTSIDE."""

    name: str
    operator: Operator
    values: tuple[object, ...]


@dataclass(frozen=True)
class ImageFilter:
    """Which images a listing is about; everything given must hold."""

    conditions: tuple[Condition, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    """Custom properties by name, with the very value."""
    tags: tuple[str, ...] = ()
    visibility: Visibility | None = None
    is_everything: bool = False
    """Other projects' community images too."""
    is_hidden: bool | None = False
    """None: hidden or not."""
    member_status: MemberStatus | None = MemberStatus.ACCEPTED
    """Of the caller's project, for images shared with it; None: any."""


@dataclass(frozen=True)
class Digest:
    """What was learnt of data while it was streamed by."""

    algorithm: str
    """As hashlib names it."""
    value: str
    address: str
    """Under which the stores keep the data: `value`, or what equal data has there already."""
    md5: str
    size_bytes: int
    found_format: str
    virtual_size_bytes: int | None


@dataclass(frozen=True)
class Blob:
    """Data in a store, named by its content; any number of images may refer to it."""

    store: str
    address: str
    size_bytes: int
    stored_at: datetime
    checked_at: datetime
    """When it was last found to be what its name says."""
    is_damaged: bool = False


class ImportMethod(StrEnum):
    STAGED = "glance-direct"
    """Data that was staged before."""
    DOWNLOAD = "web-download"
    """Data that the cloud fetches itself."""
    COPY = "copy-image"
    """Data that the image has already, to more stores."""


@dataclass(frozen=True)
class ImportOrder:
    """What is asked of an import."""

    method: ImportMethod
    url: str = ""
    """Of a download."""
    stores: tuple[str, ...] = ()
    """Where to; empty: the default store."""
    is_to_all: bool = False
    """To every store there is."""
    all_must_succeed: bool = True
    """Otherwise one store is enough, and those that failed are told."""
    said: Mapping[str, object] = field(default_factory=dict)
    """The request, as the task shows it."""


class TaskStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True)
class Task:
    """An import, as its owner can watch it."""

    id: str
    type: str
    """`api_image_import`, or `import` where the task itself made the image."""
    status: TaskStatus
    image_id: ImageId
    owner: str | None
    user_id: str
    request_id: str
    input: Mapping[str, object]
    """What was asked for, as its API has it."""
    message: str
    """Why it failed; empty otherwise."""
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    """When it is forgotten; None before it has ended."""


@dataclass(frozen=True)
class TaskFilter:
    owner: str | None = None
    status: TaskStatus | None = None
    type: str | None = None
    image_id: str | None = None


@dataclass(frozen=True)
class Usage:
    """How much of something a project uses, and may."""

    name: str
    """As OpenStack's unified limits call it; sizes are in MiB."""
    used: int
    limit: int
    """-1: no limit."""


@dataclass(frozen=True)
class ImageDeleted:
    """News: the image's row is gone. Hosts keep the bases that their disks stand on."""

    image_id: ImageId
    project_id: str | None


def check_move(image: Image, to: Status) -> None:
    """Conflict unless `to` may follow the status that the image is in."""
    if to not in MOVES[image.status]:
        raise Conflict(
            "image.wrong_status",
            f"Image {image.id} is {image.status} and cannot become {to} from there; {_ADVICE[image.status]}.",
        )


_ADVICE = {
    Status.QUEUED: "give it data first, by an upload or an import",
    Status.SAVING: "wait until its upload has ended",
    Status.UPLOADING: "import the data that is staged, or create a new image",
    Status.IMPORTING: "wait until its import has ended",
    Status.ACTIVE: "its data is final, so create a new image for other data",
    Status.DEACTIVATED: "reactivate it first",
}
