"""Who sees an image, and who may do something to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from haneul.kit.errors import Forbidden, NotFound
from haneul.kit.policy import Caller
from haneul.services.image.model import Image, Visibility
from haneul.services.image.parts import Parts
from haneul.services.image.store.listing import Viewer

_OPEN = (Visibility.PUBLIC, Visibility.COMMUNITY)


@dataclass(frozen=True)
class Access:
    """The rules of sight: what is out of it is NotFound, not Forbidden."""

    parts: Parts

    def viewer(self, caller: Caller) -> Viewer:
        return Viewer(caller.project_id, self.is_cloud_admin(caller))

    def is_cloud_admin(self, caller: Caller) -> bool:
        return self.parts.policy.allows(caller, "context_is_admin", {})

    def seen(self, caller: Caller, image_id: str) -> tuple[Image, dict[str, object]]:
        """The image and what the rules are asked about. Raises NotFound `image.not_found`."""
        image = self.parts.store.images.find(image_id)
        if image is None:
            raise not_found(image_id)
        image = self.arranged(image)
        target = self._target(caller, image)
        is_in_sight = (
            self.is_cloud_admin(caller)
            or image.owner is None
            or image.owner == caller.project_id
            or image.visibility in _OPEN
            or bool(target["member_id"])
        )
        if not is_in_sight or not self.parts.policy.allows(caller, "get_image", target):
            raise not_found(image_id)
        return image, target

    def arranged(self, image: Image) -> Image:
        """The heaviest of its stores first."""
        return image if len(image.stores) < 2 else replace(image, stores=self.parts.stores.arranged(image.stores))

    def permitted(self, caller: Caller, image_id: str, rule: str) -> Image:
        """The image, if the caller may do to it what `rule` is about. Raises NotFound, Forbidden."""
        image, target = self.seen(caller, image_id)
        self.parts.policy.require(caller, rule, target)
        return image

    def require_visibility(self, caller: Caller, visibility: Visibility, target: dict[str, object]) -> None:
        """Forbidden unless the caller may show images to everybody, where that is what `visibility` does."""
        if visibility is Visibility.PUBLIC:
            self.parts.policy.require(caller, "publicize_image", target)
        if visibility is Visibility.COMMUNITY:
            self.parts.policy.require(caller, "communitize_image", target)

    def require_owner(self, caller: Caller, owner: str | None) -> None:
        if owner != caller.project_id and not self.is_cloud_admin(caller):
            raise Forbidden(
                "image.foreign_owner",
                f"You are not permitted to create images owned by '{owner}': leave the owner out.",
            )

    def _target(self, caller: Caller, image: Image) -> dict[str, object]:
        is_member = (
            image.visibility is Visibility.SHARED
            and bool(caller.project_id)
            and image.owner != caller.project_id
            and self.parts.store.members.find(image.id, caller.project_id) is not None
        )
        return target_of(image.owner, image.visibility) | {"member_id": caller.project_id if is_member else ""}


def target_of(owner: str | None, visibility: Visibility) -> dict[str, object]:
    """What the rules are asked about."""
    return {"project_id": owner, "owner": owner, "visibility": str(visibility), "member_id": ""}


def not_found(image_id: str) -> NotFound:
    return NotFound("image.not_found", f"No image found with ID {image_id}; see the list of images.")
