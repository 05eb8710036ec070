"""What a caller may ask of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from haneul.kit.errors import Conflict, Forbidden, Invalid, NotFound
from haneul.kit.ids import is_uuid, new_uuid
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.image.model import (
    Change,
    Image,
    ImageDeleted,
    ImageFilter,
    ImageId,
    NewImage,
    Status,
    Usage,
    check_move,
)
from haneul.services.image.verbs.access import Access, target_of
from haneul.services.image.verbs.changes import changed, check_sensible
from haneul.services.image.verbs.data import ImageData
from haneul.services.image.verbs.quota import COUNT_TOTAL, require_room, usage
from haneul.services.image.workflows.spread import remove_unused

_EVERYTHING = ImageFilter()
_NEWEST = Page()


@dataclass(frozen=True)
class ImageVerbs(ImageData):
    """Images: their descriptions here, their data in ImageData."""

    def get(self, caller: Caller, image_id: str) -> Image:
        """Raises NotFound `image.not_found`."""
        return Access(self.parts).seen(caller, image_id)[0]

    def find(self, caller: Caller, image_id: str) -> Image | None:
        try:
            return self.get(caller, image_id)
        except NotFound:
            return None

    def list(self, caller: Caller, wanted: ImageFilter = _EVERYTHING, page: Page = _NEWEST) -> list[Image]:
        """The images in the caller's sight, the newest first; sort keys are fields of Image.

        Raises Invalid `image.no_marker`.
        """
        access = Access(self.parts)
        self.parts.policy.require(caller, "get_images", {"project_id": caller.project_id})
        return [access.arranged(each) for each in self.parts.store.images.list(access.viewer(caller), wanted, page)]

    def create(self, caller: Caller, new: NewImage) -> Image:
        """A description without data: `queued`. Raises Forbidden, Invalid, Conflict, OverQuota."""
        access = Access(self.parts)
        owner = caller.project_id or None if new.owner is None else new.owner
        access.require_owner(caller, owner or "")
        target = target_of(owner, new.visibility)
        self.parts.policy.require(caller, "add_image", target)
        access.require_visibility(caller, new.visibility, target)
        image = self._described(new, owner)
        check_sensible(image, self.parts.options)
        with self.parts.db.write():
            require_room(self.parts, owner, **{COUNT_TOTAL: 1})
            self.parts.store.images.add(image)
        return image

    def update(self, caller: Caller, image_id: str, changes: Sequence[Change]) -> Image:
        """All of the changes, in order, or none. Raises NotFound, Forbidden, Invalid, Conflict."""
        access = Access(self.parts)
        with self.parts.db.write():
            image, target = access.seen(caller, image_id)
            for change in changes:
                new = changed(image, change, is_cloud_admin=access.is_cloud_admin(caller))
                if new.visibility is not image.visibility:
                    access.require_visibility(caller, new.visibility, target)
                self.parts.policy.require(caller, "modify_image", target)
                image = new
            if not changes:
                return image
            check_sensible(image, self.parts.options)
            image = replace(image, updated_at=self.parts.clock.now())
            self.parts.store.images.save(image)
        return image

    def add_tag(self, caller: Caller, image_id: str, tag: str) -> None:
        """Fine if it is there already."""
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "modify_image")
            if tag not in image.tags:
                self._save_tags(replace(image, tags=(*image.tags, tag)))

    def remove_tag(self, caller: Caller, image_id: str, tag: str) -> None:
        """Raises NotFound `image.no_tag`."""
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "modify_image")
            if tag not in image.tags:
                raise NotFound("image.no_tag", f"Image {image_id} has no tag {tag}.")
            self._save_tags(replace(image, tags=tuple(each for each in image.tags if each != tag)))

    def delete(self, caller: Caller, image_id: str) -> None:
        """The image is gone at once; its data too, unless another image stands on it.

        Disks on hosts are not touched: hosts keep their own copy of what they use. Raises NotFound, Forbidden.
        """
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "delete_image")
            if image.is_protected:
                raise Forbidden(
                    "image.protected",
                    f"Image {image_id} is protected and cannot be deleted: set protected to false first.",
                )
            self.parts.runs.cancel(image_id)
            stood_on = self.parts.store.copies.list_of(image.id)
            self.parts.store.images.remove(image_id)
            self.parts.bus.publish(ImageDeleted(image.id, image.owner))
        self.let_go(image, stood_on)

    def delete_from(self, caller: Caller, image_id: str, store: str) -> None:
        """The image's data is in that store no longer; another store must have it.

        Raises NotFound (also `image.not_in_store`), Forbidden (also `image.only_store`), Conflict `image.copying`.
        """
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, "delete_image_location")
            if store not in image.stores:
                raise NotFound("image.not_in_store", f"Image {image_id} has no data in a store {store}.")
            if len(image.stores) == 1:
                raise Forbidden("image.only_store", f"Store {store} alone has the image's data: delete the image.")
            if not self.parts.store.copies.leave(image.id, store):
                raise Conflict("image.copying", f"Image {image_id} is being copied: wait until that has ended.")
        remove_unused(self.parts, store, image.blob or "")

    def deactivate(self, caller: Caller, image_id: str) -> None:
        """Its data is for administrators and hosts only. Fine if it is so already."""
        self._set_active(caller, image_id, "deactivate", Status.DEACTIVATED)

    def reactivate(self, caller: Caller, image_id: str) -> None:
        """Fine if it is active already."""
        self._set_active(caller, image_id, "reactivate", Status.ACTIVE)

    def usage(self, caller: Caller) -> tuple[Usage, ...]:
        """What the caller's project uses of its quota."""
        return usage(self.parts, caller.project_id)

    def _set_active(self, caller: Caller, image_id: str, rule: str, status: Status) -> None:
        with self.parts.db.write():
            image = Access(self.parts).permitted(caller, image_id, rule)
            if image.status is status:
                return
            if not image.has_data:
                raise Forbidden(
                    "image.no_data",
                    f"Not allowed to {rule} image {image_id} in status '{image.status}': it has no data yet.",
                )
            check_move(image, status)
            self.parts.store.images.move(image, status, self.parts.clock.now())

    def _described(self, new: NewImage, owner: str | None) -> Image:
        if new.id is not None and not is_uuid(new.id):
            raise Invalid("image.bad_id", f"{new.id} is not a UUID: leave the id out, or give a UUID.")
        now = self.parts.clock.now()
        return Image(
            id=ImageId((new.id or new_uuid()).lower()),
            name=new.name,
            status=Status.QUEUED,
            visibility=new.visibility,
            owner=owner,
            disk_format=new.disk_format,
            container_format=new.container_format,
            min_disk_gib=new.min_disk_gib,
            min_ram_mib=new.min_ram_mib,
            is_protected=new.is_protected,
            is_hidden=new.is_hidden,
            created_at=now,
            updated_at=now,
            tags=tuple(dict.fromkeys(new.tags)),
            properties=dict(new.properties),
        )

    def _save_tags(self, image: Image) -> None:
        check_sensible(image, self.parts.options)
        self.parts.store.images.save(replace(image, updated_at=self.parts.clock.now()))
