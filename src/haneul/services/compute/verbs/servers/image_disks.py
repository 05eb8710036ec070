"""Images that stand for disks, by what they say of themselves."""

from __future__ import annotations

from haneul.kit.errors import Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.compute.model import WantedDisk
from haneul.services.compute.model.image_disks import MAPPING, disks_in
from haneul.services.compute.parts import Parts
from haneul.services.compute.verbs.servers.wishes import ServerWish


def disks_of_image(parts: Parts, caller: Caller, wish: ServerWish) -> list[WantedDisk]:
    """Those that the wish does not ask for otherwise. Raises Invalid("image.bad_disks")."""
    text = _property(parts, caller, wish.image_id)
    if not text:
        return []
    try:
        found = disks_in(text)
    except ValueError as error:
        message = f"Image {wish.image_id} says of its disks what nobody understands: correct {MAPPING} or leave it out."
        raise Invalid("image.bad_disks", message) from error
    roots = [disk for disk in wish.disks if disk.is_volume and disk.boot_index == 0]
    devices = {disk.device for disk in wish.disks if disk.device}
    return [disk for disk in found if disk.device not in devices and not (roots and disk.boot_index == 0)]


def _property(parts: Parts, caller: Caller, image_id: str | None) -> str:
    """Empty, too, for an image that is not there: that is told by whoever needs it."""
    try:
        return str(parts.image.images.get(caller, image_id).properties.get(MAPPING, "")) if image_id else ""
    except NotFound:
        return ""
