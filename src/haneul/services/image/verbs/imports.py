"""Imports: an image gets its data without its client waiting for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from haneul.kit.errors import Conflict
from haneul.kit.ids import new_uuid
from haneul.kit.log import request_id
from haneul.kit.policy import Caller
from haneul.services.image.model import Image, ImportMethod, NewImage, Status, Task, TaskStatus, check_move
from haneul.services.image.parts import Parts
from haneul.services.image.verbs.access import Access
from haneul.services.image.verbs.images import ImageVerbs
from haneul.services.image.verbs.intake import begin, give_up
from haneul.services.image.verbs.quota import SIZE_TOTAL, STAGE_TOTAL, require_room, require_room_for_data
from haneul.services.image.workflows.import_image import import_image
from haneul.services.image.workflows.receive import STAGED_LEASE, write_draft


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
            written = write_draft(self.parts, image, chunks, self.parts.options.max_image_bytes)
            self.parts.store.images.set_staged(image, written, self.parts.clock.now() + STAGED_LEASE)
        except BaseException:
            give_up(self.parts, image)
            raise

    def begin(
        self, caller: Caller, image_id: str, method: ImportMethod, url: str = "", said: dict[str, object] | None = None
    ) -> Task:
        """Start the import; `said` is the request as the task shows it.

        Raises NotFound, Forbidden, Conflict (`image.wrong_status`, `image.not_staged`, `image.no_format`),
        Invalid `image.source_refused`, OverQuota.
        """
        if method is ImportMethod.DOWNLOAD:
            self.parts.fetcher.check(url)
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "modify_image")
            _check_ready(image, method)
            require_room(self.parts, image.owner, **{SIZE_TOTAL: 0})
            asked = Asked("api_image_import", {"image_id": image.id, "import_req": said or {}, "backend": [None]})
            return self._submit(caller, image, url if method is ImportMethod.DOWNLOAD else "", asked)

    def create(self, caller: Caller, new: NewImage, url: str, said: dict[str, object]) -> Task:
        """Make an image and download its data; the task shows `said` as its input.

        Raises Forbidden, and what creating an image and `begin` raise.
        """
        self.parts.policy.require(caller, "tasks_api_access", {"project_id": caller.project_id})
        self.parts.fetcher.check(url)
        with self.parts.db.write():
            image = ImageVerbs(self.parts).create(caller, new)
            return self._submit(caller, image, url, Asked("import", said))

    def _submit(self, caller: Caller, image: Image, url: str, asked: Asked) -> Task:
        upload_id = image.upload_id or new_uuid()
        now = self.parts.clock.now()
        self.parts.store.images.move(image, Status.IMPORTING, now, upload_id=upload_id, upload_until=None)
        task = self._task(caller, image, asked)
        self.parts.store.tasks.add(task)
        self.parts.runs.submit(import_image, image.id, task.id, str(image.id), upload_id, url)
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
