"""How much a project may have, counted inside the transaction that adds to it."""

from __future__ import annotations

from collections.abc import Mapping

from haneul.kit.errors import OverQuota
from haneul.services.volume.model import DEFAULT_LIMITS, NO_LIMIT, PER_TYPE, VolumeType
from haneul.services.volume.store import VolumeStore

DEFAULT_CLASS = "default"
PER_VOLUME = "per_volume_gigabytes"


def default_limits(store: VolumeStore) -> dict[str, int]:
    """Those of every project for which nothing else was set."""
    of_types = {f"{name}_{kind.name}": NO_LIMIT for kind in store.types.all() for name in PER_TYPE}
    return {**DEFAULT_LIMITS, **of_types, **store.quotas.limits(DEFAULT_CLASS, is_class=True)}


def effective_limits(store: VolumeStore, project_id: str) -> dict[str, int]:
    return {**default_limits(store), **store.quotas.limits(project_id)}


def usage(store: VolumeStore, project_id: str) -> dict[str, int]:
    """By the names that limits have: of each type by its name."""
    counted = store.quotas.usage(project_id)
    used = {name: amount for name, amount in counted.items() if name in DEFAULT_LIMITS}
    for kind in store.types.all():
        for name in PER_TYPE:
            used[f"{name}_{kind.name}"] = counted.get(f"{name}_{kind.id}", 0)
    return {**used, PER_VOLUME: 0}


def require_room(store: VolumeStore, project_id: str, kind: VolumeType | None, more: Mapping[str, int]) -> None:
    """Raises OverQuota("quota.<resource>") that says what there is too little of; `more`: what is to be added."""
    limits, counted = effective_limits(store, project_id), store.quotas.usage(project_id)
    for name, amount in more.items():
        _require(name, limits[name], counted[name], amount)
    if kind is not None:
        _require_of_type(limits, counted, kind, more)


def require_volume(store: VolumeStore, project_id: str, kind: VolumeType, size_gib: int) -> None:
    """Raises OverQuota where the project may not have one more volume of this size and type."""
    limits, counted = effective_limits(store, project_id), store.quotas.usage(project_id)
    _require_size(limits, size_gib)
    more = {"volumes": 1, "gigabytes": size_gib}
    for name, amount in more.items():
        _require(name, limits[name], counted[name], amount)
    _require_of_type(limits, counted, kind, more)


def require_room_of_type(store: VolumeStore, project_id: str, kind: VolumeType, more: Mapping[str, int]) -> None:
    """As `require_room`, asking for the limits of the one type only."""
    _require_of_type(effective_limits(store, project_id), store.quotas.usage(project_id), kind, more)


def _require_of_type(
    limits: Mapping[str, int], counted: Mapping[str, int], kind: VolumeType, more: Mapping[str, int]
) -> None:
    for name, amount in more.items():
        limit = limits.get(f"{name}_{kind.name}", NO_LIMIT)
        _require(f"{name}_{kind.name}", limit, counted.get(f"{name}_{kind.id}", 0), amount)


def require_size(store: VolumeStore, project_id: str, size_gib: int) -> None:
    """Raises OverQuota("quota.per_volume") for a volume that is larger than the project may have one."""
    _require_size(effective_limits(store, project_id), size_gib)


def _require_size(limits: Mapping[str, int], size_gib: int) -> None:
    limit = limits[PER_VOLUME]
    if limit != NO_LIMIT and size_gib > limit:
        raise OverQuota("quota.per_volume", f"A volume may have {limit} GiB here, not {size_gib}: ask for less.")


def _require(name: str, limit: int, used: int, amount: int) -> None:
    if limit != NO_LIMIT and amount > 0 and used + amount > limit:
        raise OverQuota(
            "quota.volumes",
            f"Quota exceeded for '{name}': {used} of {limit} are used and {amount} more are asked for. "
            f"Delete what is not needed or ask for more quota.",
        )
