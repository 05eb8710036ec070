"""Imports: an image gets its data without its client waiting for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.ids import new_uuid
from haneul.kit.log import request_id
from haneul.kit.policy import Caller
from haneul.services.image.model import Image, ImportMethod, ImportOrder, NewImage, Status, Task, TaskStatus, check_move
from haneul.services.image.parts import Parts
from haneul.services.image.verbs.access import Access
from haneul.services.image.verbs.images import ImageVerbs
from haneul.services.image.verbs.intake import begin, give_up
from haneul.services.image.verbs.quota import SIZE_TOTAL, STAGE_TOTAL, require_room, require_room_for_data
from haneul.services.image.workflows.copy_image import copy_image
from haneul.services.image.workflows.import_image import Targets, import_image
from haneul.services.image.workflows.receive import STAGED_LEASE, write_draft
from haneul.services.image.workflows.spread import Way

_MIB = 1 << 20


@dataclass(frozen=True)
class Asked:
    """What a task shows of the request behind it."""

    type: str
    input: dict[str, object]


@dataclass(frozen=True)
class Imports:
    parts: Parts

    def stage(self, caller: Caller, image_id: str, chunks: Iterator[bytes], size_bytes: int | None = None) -> None:
        """Lay data aside for the import of a queued image; `size_bytes` is what the client announces.

        Raises NotFound, Forbidden, Conflict `image.wrong_status`, Invalid `image.too_large`,
        OverQuota, NoCapacity; then the image is queued again and nothing of the data stays.
        """
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "modify_image")
            require_room_for_data(self.parts, image, STAGE_TOTAL, size_bytes)
            image = begin(self.parts, image, Status.UPLOADING)
        try:
            written = write_draft(self.parts, image, chunks, self.parts.stores.default)
            self.parts.store.images.set_staged(image, written, self.parts.clock.now() + STAGED_LEASE)
        except BaseException:
            give_up(self.parts, image)
            raise

    def begin(self, caller: Caller, image_id: str, order: ImportOrder) -> Task:
        """Start the import.

        Raises NotFound, Forbidden, Conflict (`image.wrong_status`, `image.not_staged`, `image.no_format`,
        `image.in_store`, `image.copying`), Invalid (`image.source_refused`, `image.no_store`), OverQuota.
        """
        if order.method is ImportMethod.DOWNLOAD:
            self.parts.fetcher.check(order.url)
        stores = self._stores(order)
        if order.method is ImportMethod.COPY:
            return self._copy(caller, image_id, order, stores)
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "modify_image")
            _check_ready(image, order.method)
            more = (image.size_bytes or 0) // _MIB * (len(stores) - 1)
            require_room(self.parts, image.owner, **{SIZE_TOTAL: more})
            url = order.url if order.method is ImportMethod.DOWNLOAD else ""
            targets = Targets(stores, order.all_must_succeed)
            return self._submit(caller, image, url, targets, _asked(image, order, stores))

    def create(self, caller: Caller, new: NewImage, url: str, said: dict[str, object]) -> Task:
        """Make an image and download its data; the task shows `said` as its input.

        Raises Forbidden, and what creating an image and `begin` raise.
        """
        self.parts.policy.require(caller, "tasks_api_access", {"project_id": caller.project_id})
        self.parts.fetcher.check(url)
        with self.parts.db.write():
            image = ImageVerbs(self.parts).create(caller, new)
            targets = Targets((self.parts.stores.default.name,))
            return self._submit(caller, image, url, targets, Asked("import", said))

    def _stores(self, order: ImportOrder) -> tuple[str, ...]:
        if order.is_to_all and order.stores:
            raise Invalid("image.all_stores", "all_stores is every store: leave the choice of stores out.")
        if order.is_to_all:
            return self.parts.stores.names
        return tuple(dict.fromkeys(self.parts.stores.get(name).name for name in order.stores)) or (
            self.parts.stores.default.name,
        )

    def _copy(self, caller: Caller, image_id: str, order: ImportOrder, stores: tuple[str, ...]) -> Task:
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "copy_image")
            if image.status is not Status.ACTIVE or image.blob is None:
                raise Conflict("image.not_active", f"Only active images can be copied: image {image_id} is not.")
            lacking = self._lacking(image, image.blob, order, stores)
            require_room(self.parts, image.owner, **{SIZE_TOTAL: (image.size_bytes or 0) // _MIB * len(lacking)})
            upload_id = new_uuid()
            if not self.parts.store.images.begin_copy(image, upload_id, lacking):
                raise Conflict("image.copying", f"Image {image_id} is being copied: wait until that has ended.")
            task = self._task(caller, image, _asked(image, order, stores))
            self.parts.store.tasks.add(task)
            ways = tuple(
                Way(image.id, upload_id, image.blob, image.size_bytes or 0, store, not order.all_must_succeed)
                for store in lacking
            )
            self.parts.runs.submit(copy_image, image.id, task.id, str(image.id), upload_id, ways)
            return task

    def _lacking(self, image: Image, address: str, order: ImportOrder, stores: tuple[str, ...]) -> tuple[str, ...]:
        """Those where the data is not, or no longer whole. Raises Conflict for one named that has it."""
        damaged = {blob.store for blob in self.parts.store.blobs.list_of(address) if blob.is_damaged}
        whole = set(image.stores) - damaged
        present = [name for name in stores if name in whole]
        if present and not order.is_to_all:
            raise Conflict("image.in_store", f"Image {image.id} is in {', '.join(present)} already: name other stores.")
        return tuple(name for name in stores if name not in whole)

    def _submit(self, caller: Caller, image: Image, url: str, to: Targets, asked: Asked) -> Task:
        upload_id = image.upload_id or new_uuid()
        now = self.parts.clock.now()
        values = {"upload_id": upload_id, "upload_until": None, "importing_to": to.stores, "failed_stores": ()}
        self.parts.store.images.move(image, Status.IMPORTING, now, **values)
        task = self._task(caller, image, asked)
        self.parts.store.tasks.add(task)
        home = self.parts.stores.holder(upload_id) or self.parts.stores.default
        last = tuple(sorted(to.stores, key=lambda name: name == home.name))
        self.parts.runs.submit(import_image, image.id, task.id, str(image.id), upload_id, url, replace(to, stores=last))
        return task

    def _task(self, caller: Caller, image: Image, asked: Asked) -> Task:
        now = self.parts.clock.now()
        return Task(
            id=new_uuid(),
            type=asked.type,
            status=TaskStatus.PENDING,
            image_id=image.id,
            owner=caller.project_id or None,
            user_id=caller.user_id,
            request_id=request_id.get(),
            input=asked.input,
            message="",
            created_at=now,
            updated_at=now,
        )


def _asked(image: Image, order: ImportOrder, stores: tuple[str, ...]) -> Asked:
    said: dict[str, object] = {"image_id": image.id, "import_req": order.said, "backend": stores}
    return Asked("api_image_import", said)


def _check_ready(image: Image, method: ImportMethod) -> None:
    if image.has_data:
        raise Conflict("image.has_data", f"Image with status {image.status} cannot be target for import.")
    if method is ImportMethod.STAGED and (image.status is not Status.UPLOADING or image.size_bytes is None):
        raise Conflict("image.not_staged", "Image needs to be staged before 'glance-direct' method can be used.")
    if method is ImportMethod.DOWNLOAD and image.status is not Status.QUEUED:
        raise Conflict("image.wrong_status", "Image needs to be in 'queued' state to use 'web-download' method.")
    for name in ("container_format", "disk_format"):
        if getattr(image, name) is None:
            raise Conflict("image.no_format_yet", f"'{name}' needs to be set before import.")
    check_move(image, Status.IMPORTING)
