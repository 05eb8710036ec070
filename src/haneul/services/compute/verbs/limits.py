"""How much a project may have, counted inside the transaction that adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from haneul.kit.errors import OverQuota
from haneul.services.compute.model import DEFAULT_LIMITS, NO_LIMIT, FlavorSnapshot, Limits, QuotaKey, Usage
from haneul.services.compute.store import ComputeStore

DEFAULT_CLASS = "default"


def default_limits(store: ComputeStore) -> Limits:
    """Those of every project for which nothing else was set."""
    return Limits({**DEFAULT_LIMITS, **store.quotas.class_limits(DEFAULT_CLASS)})


def effective_limits(store: ComputeStore, project_id: str, user_id: str = "") -> Limits:
    """The project's, or a user's in it: the defaults with what was set on top."""
    limits = {**default_limits(store).by_key, **store.quotas.limits(project_id)}
    if user_id:
        limits.update(store.quotas.limits(project_id, user_id))
    return Limits(limits)


def how_many_fit(limits: Limits, usage: Usage, flavor: FlavorSnapshot) -> int | None:
    """How many more servers of this flavor the limits allow; None: any number."""
    rooms = [room for room, _ in _rooms(limits, usage, flavor)]
    return max(0, min(rooms)) if rooms else None


def require_room(limits: Limits, usage: Usage, flavor: FlavorSnapshot, count: int) -> None:
    """Raises OverQuota that names what there is too little of: asked, used, limit."""
    short = [words for room, words in _rooms(limits, usage, flavor, count) if room < count]
    if not short:
        return
    raise OverQuota(
        "quota.servers",
        f"Quota exceeded for {', '.join(name for name, *_ in short)}: "
        f"Requested {', '.join(str(asked) for _, asked, *_ in short)}, "
        f"but already used {', '.join(str(used) for *_, used, _ in short)} "
        f"of {', '.join(str(limit) for *_, limit in short)} {', '.join(name for name, *_ in short)}. "
        f"Delete what you do not need or ask for more quota.",
    )


def require_growth(store: ComputeStore, project_id: str, old: FlavorSnapshot, new: FlavorSnapshot) -> None:
    """Raises OverQuota if the project may not have what a server needs more with its new flavor."""
    more = FlavorSnapshot("", "", max(0, new.vcpus - old.vcpus), max(0, new.memory_mib - old.memory_mib), 0)
    usage = replace(store.quotas.usage(project_id, None), instances=-1)
    require_room(effective_limits(store, project_id), usage, more, 1)


def _rooms(
    limits: Limits, usage: Usage, flavor: FlavorSnapshot, count: int = 1
) -> Sequence[tuple[int, tuple[str, int, int, int]]]:
    """For each limited resource: how many servers it has room for, and (name, asked, used, limit)."""
    each = (
        (QuotaKey.CORES, flavor.vcpus, usage.cores),
        (QuotaKey.INSTANCES, 1, usage.instances),
        (QuotaKey.RAM, flavor.memory_mib, usage.ram_mib),
    )
    return [
        ((limits.of(key) - used) // size, (key.value, size * count, used, limits.of(key)))
        for key, size, used in each
        if limits.of(key) != NO_LIMIT and size
    ]
