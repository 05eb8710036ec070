"""Images that stand for disks, by what they say of themselves."""

from __future__ import annotations

from haneul.kit.errors import Invalid
from haneul.kit.policy import Caller
from haneul.services.compute.model import WantedDisk
from haneul.services.compute.model.image_disks import MAPPING, disks_in
from haneul.services.compute.parts import Parts
from haneul.services.compute.verbs.servers.choices import named_image
from haneul.services.compute.verbs.servers.wishes import ServerWish


def disks_of_image(parts: Parts, caller: Caller, wish: ServerWish) -> list[WantedDisk]:
    """Those that the wish does not ask for otherwise. Raises Invalid("image.bad_disks"), or for an image not there."""
    if not wish.image_id:
        return []
    text = str(named_image(parts, caller, wish.image_id).properties.get(MAPPING, ""))
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
