"""How much a project may have of what servers, volumes and networks are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from haneul.console.handlers.operate.forms import number_of
from haneul.console.sessions import Told
from haneul.console.visit import PREFIX, Visit
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Reply, Request
from haneul.services.compute import QuotaKey

_MOST = 2**31 - 1
_NO_LIMIT = -1
QUOTAS = {
    "compute.instances": "Servers",
    "compute.cores": "Virtual CPUs",
    "compute.ram": "Memory in MiB",
    "volume.volumes": "Volumes",
    "volume.gigabytes": "Volume space in GiB",
    "volume.snapshots": "Snapshots",
    "volume.backups": "Backups",
    "network.network": "Networks",
    "network.subnet": "Subnets",
    "network.port": "Ports",
    "network.router": "Routers",
    "network.floatingip": "Floating IPs",
    "network.security_group": "Security groups",
    "network.security_group_rule": "Rules of security groups",
}
"""`service.key` -> what it is called."""


@dataclass(frozen=True)
class QuotaRow:
    """`limit` -1: there is none."""

    field: str
    name: str
    used: int
    limit: int


def rows_of(visit: Visit, project_id: str) -> Sequence[QuotaRow]:
    """All of `QUOTAS`."""
    caller, rooms = visit.caller, visit.rooms
    compute = rooms.compute.quotas.get(caller, project_id, rule="detail")
    volume = rooms.volume.quotas.get(caller, project_id)
    network = rooms.network.quotas.usage(caller, project_id)
    usage = compute.usage
    taken = {"instances": usage.instances, "cores": usage.cores, "ram": usage.ram_mib}
    amounts = {f"compute.{key}": (used, compute.limits.of(QuotaKey(key))) for key, used in taken.items()}
    amounts |= {f"volume.{key}": (volume.used.get(key, 0), limit) for key, limit in volume.limits.items()}
    amounts |= {f"network.{key}": (each.used, each.limit) for key, each in network.items()}
    return [QuotaRow(field, name, *amounts[field]) for field, name in QUOTAS.items()]


def set_quotas(visit: Visit, request: Request) -> Reply:
    """What the form says otherwise than it is: by each service for itself, which may refuse."""
    project_id = request.params["project_id"]
    where = f"{PREFIX}/operate/projects/{project_id}"
    try:
        rows = rows_of(visit, project_id)
        wanted = {row.field: number_of(visit, row.field, _NO_LIMIT, _MOST) for row in rows}
    except Invalid as error:
        return visit.go(where, Told(refused=(error.message,)))
    changed = {row.field: wanted[row.field] for row in rows if wanted[row.field] != row.limit}
    done, refused = [], []
    for service, change in _setters(visit, project_id).items():
        mine = {field.partition(".")[2]: limit for field, limit in changed.items() if field.startswith(f"{service}.")}
        try:
            if mine:
                change(mine)
                done += [QUOTAS[f"{service}.{key}"] for key in mine]
        except CloudError as error:
            refused.append(error.message)
    names = ", ".join(visit.say(name) for name in done)
    told = (visit.say("Changed: %(names)s", names=names),) if done else ()
    return visit.go(where, Told(told, tuple(refused)))


def _setters(visit: Visit, project_id: str) -> Mapping[str, Callable[[Mapping[str, int]], object]]:
    caller, rooms = visit.caller, visit.rooms

    def of_compute(limits: Mapping[str, int]) -> object:
        by_key = {QuotaKey(key): limit for key, limit in limits.items()}
        return rooms.compute.quotas.set(caller, project_id, by_key, is_forced=False)

    return {
        "compute": of_compute,
        "volume": lambda limits: rooms.volume.quotas.set(caller, project_id, limits),
        "network": lambda limits: rooms.network.quotas.set(caller, project_id, limits, must_hold=True),
    }
