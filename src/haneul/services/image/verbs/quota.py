"""How much of the image service a project may use: unified limits, kept by identity."""

from __future__ import annotations

from collections.abc import Mapping

from haneul.kit.errors import OverQuota
from haneul.kit.policy import INTERNAL
from haneul.services.identity import Identity, Limit, Listing, RegionId, RegisteredLimit
from haneul.services.image.model import Image, Status, Usage
from haneul.services.image.parts import Options, Parts

SIZE_TOTAL = "image_size_total"
"""MiB of active images."""
STAGE_TOTAL = "image_stage_total"
"""MiB that are staged, or on their way."""
COUNT_TOTAL = "image_count_total"
COUNT_UPLOADING = "image_count_uploading"

_MIB = 1 << 20
_NO_LIMIT = -1
_ON_THE_WAY = (Status.SAVING, Status.UPLOADING, Status.IMPORTING)
_ABOUT = {
    SIZE_TOTAL: "MiB of images",
    STAGE_TOTAL: "MiB of staged images",
    COUNT_TOTAL: "images",
    COUNT_UPLOADING: "images being uploaded",
}


class UnifiedLimits:
    """The limits that identity keeps for the service of type `image` in this region."""

    def __init__(self, identity: Identity, region: str, options: Options) -> None:
        self._identity = identity
        self._region = RegionId(region)
        self._defaults = {
            SIZE_TOTAL: options.max_project_bytes // _MIB or _NO_LIMIT,
            STAGE_TOTAL: _NO_LIMIT,
            COUNT_TOTAL: options.max_project_images or _NO_LIMIT,
            COUNT_UPLOADING: _NO_LIMIT,
        }

    def of(self, project_id: str) -> Mapping[str, int]:
        """By name: the project's own limit, else the registered one, else the operator's setting."""
        found = dict(self._defaults)
        listing = self._mine()
        if listing is None:
            return found
        registered = self._identity.registered_limits.list(INTERNAL, listing)
        found |= {each.resource_name: each.default_limit for each in registered}
        own: list[Limit] = self._identity.limits.list(INTERNAL, listing.where("project_id", project_id))
        return found | {each.resource_name: each.resource_limit for each in own}

    def register(self) -> None:
        """Register what is not registered yet, so that limits can be set for projects."""
        listing = self._mine()
        if listing is None:
            return
        known = {each.resource_name for each in self._identity.registered_limits.list(INTERNAL, listing)}
        service_id = listing.value("service_id")
        new = [
            RegisteredLimit("", service_id, name, limit, self._region)
            for name, limit in self._defaults.items()
            if name not in known
        ]
        if new:
            self._identity.registered_limits.create(INTERNAL, new)

    def _mine(self) -> Listing | None:
        services = self._identity.services.list(INTERNAL, Listing().where("type", "image"))
        if not services:
            return None
        return Listing().where("service_id", services[0].id).where("region_id", self._region)


def usage(parts: Parts, project_id: str) -> tuple[Usage, ...]:
    """What a project uses, and may."""
    tally = parts.store.images.tally(project_id)
    limits = parts.limits.of(project_id)
    on_the_way = [status for status in tally if status in _ON_THE_WAY]
    way_bytes = sum(tally[status][1] for status in on_the_way)
    all_bytes = sum(size for _, size in tally.values())
    used = {
        SIZE_TOTAL: (all_bytes - way_bytes) // _MIB,
        STAGE_TOTAL: way_bytes // _MIB,
        COUNT_TOTAL: sum(count for count, _ in tally.values()),
        COUNT_UPLOADING: sum(tally[status][0] for status in on_the_way),
    }
    return tuple(Usage(name, number, limits.get(name, _NO_LIMIT)) for name, number in used.items())


def require_room(parts: Parts, project_id: str | None, **more: int) -> None:
    """OverQuota if so much more of each name would be more than the project may have.

    How large data is need not be said beforehand: with nothing more to ask for, a project at its limit may
    have what comes, and is over it then. So OpenStack does it.
    """
    if project_id is None:
        return
    for each in usage(parts, project_id):
        asked = more.get(each.name)
        if asked is not None and each.limit != _NO_LIMIT and each.used + asked > each.limit:
            raise OverQuota(
                "image.over_quota",
                f"Project {project_id} has {each.used} of the {each.limit} {_ABOUT[each.name]} that it may have "
                f"({each.name}): delete some, or ask your operator for more.",
            )


def require_room_for_data(parts: Parts, image: Image, name: str, size_bytes: int | None) -> None:
    """OverQuota if the project has no room for data of this size (None: unknown) or no upload more."""
    require_room(parts, image.owner, **{name: (size_bytes or 0) // _MIB, COUNT_UPLOADING: 1})
