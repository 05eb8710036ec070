"""The projects that an image is shared with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from haneul.kit.errors import Conflict, Forbidden, NotFound, OverQuota
from haneul.kit.policy import Caller
from haneul.services.image.model import Image, Member, MemberStatus, Visibility
from haneul.services.image.parts import Parts
from haneul.services.image.verbs.access import Access


@dataclass(frozen=True)
class Members:
    parts: Parts

    def list(self, caller: Caller, image_id: str) -> list[Member]:
        """All of them for the owner; for a member, itself alone."""
        image = self._shared(caller, image_id, "get_members")
        found = self.parts.store.members.list(image_id)
        return [each for each in found if self._sees(caller, image, each.project_id)]

    def get(self, caller: Caller, image_id: str, project_id: str) -> Member:
        """Raises NotFound `image.no_member`."""
        image = self._shared(caller, image_id, "get_member")
        member = self.parts.store.members.find(image_id, project_id)
        if member is None or not self._sees(caller, image, project_id):
            raise _no_member(image_id, project_id)
        return member

    def add(self, caller: Caller, image_id: str, project_id: str) -> Member:
        """Pending until the project accepts. Raises NotFound, Forbidden, Conflict `image.member_exists`."""
        with self.parts.db.write():
            image = self._shared(caller, image_id, "add_member")
            if self.parts.store.members.find(image_id, project_id) is not None:
                raise Conflict("image.member_exists", f"Image {image_id} is shared with {project_id} already.")
            limit = self.parts.options.max_members
            if self.parts.store.members.count(image_id) >= limit:
                raise OverQuota("image.too_many_members", f"An image may be shared with {limit} projects: remove some.")
            now = self.parts.clock.now()
            member = Member(image.id, project_id, MemberStatus.PENDING, now, now)
            self.parts.store.members.add(member)
        return member

    def set_status(self, caller: Caller, image_id: str, project_id: str, status: MemberStatus) -> Member:
        """A project's own word on an image that is shared with it. Raises NotFound, Forbidden."""
        with self.parts.db.write():
            image, target = Access(self.parts).seen(caller, image_id)
            member = self.parts.store.members.find(image_id, project_id)
            if member is None or not self._sees(caller, image, project_id):
                raise _no_member(image_id, project_id)
            self.parts.policy.require(caller, "modify_member", target)
            now = self.parts.clock.now()
            self.parts.store.members.set_status(member, status, now)
        return replace(member, status=status, updated_at=now)

    def remove(self, caller: Caller, image_id: str, project_id: str) -> None:
        """Raises NotFound, Forbidden."""
        with self.parts.db.write():
            self._shared(caller, image_id, "delete_member")
            if not self.parts.store.members.remove(image_id, project_id):
                raise _no_member(image_id, project_id)

    def _shared(self, caller: Caller, image_id: str, rule: str) -> Image:
        image, target = Access(self.parts).seen(caller, image_id)
        self.parts.policy.require(caller, rule, target)
        if image.visibility is not Visibility.SHARED:
            raise Forbidden(
                "image.not_shared",
                f"Only shared images have members; {image_id} is {image.visibility}: set its visibility to shared.",
            )
        return image

    def _sees(self, caller: Caller, image: Image, project_id: str) -> bool:
        return caller.project_id in (image.owner, project_id) or Access(self.parts).is_cloud_admin(caller)


def _no_member(image_id: str, project_id: str) -> NotFound:
    return NotFound("image.no_member", f"{project_id} not found in the member list of image {image_id}.")
