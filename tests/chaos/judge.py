"""What has to be true in the end, whatever happened before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from haneul.cli.rest import Json, Rest
from tests.chaos.arena import Arena
from tests.chaos.book import Book
from tests.chaos.fleet import FleetHost

RESTING_SERVERS = {"ACTIVE", "SHUTOFF", "ERROR", "VERIFY_RESIZE", "PAUSED"}
RESTING_VOLUMES = {"available", "in-use", "error", "error_deleting"}
RESTING_IMAGES = {"active", "deleted", "killed"}
_PAGE = 500


class Judge:
    """Asks the cloud what it has, and the pretended machines themselves."""

    def __init__(self, arena: Arena, project: str) -> None:
        self._arena = arena
        self._project = project

    def unrest(self) -> list[str]:
        """What is still under way, or not as it should be yet."""
        rest = self._arena.rest()
        servers, volumes, snapshots = self._listed(rest)
        return [
            *_unfinished(rest),
            *(f"server {each['id']} {_status(each)}" for each in servers if not _rests(each)),
            *(f"volume {each['id']} {each['status']}" for each in volumes if each["status"] not in RESTING_VOLUMES),
            *(f"snapshot {each['id']} {each['status']}" for each in snapshots if each["status"] not in RESTING_VOLUMES),
            *(f"image {each['id']} {each['status']}" for each in _images(rest) if each["status"] not in RESTING_IMAGES),
            *_drift(rest),
            *self._on_machines(servers, volumes, snapshots),
            *self._held(rest, servers),
            *self._quotas(rest, servers, volumes, snapshots),
        ]

    def verdict(self, book: Book) -> list[str]:
        """What was lost or doubled, once all is at rest."""
        rest = self._arena.rest()
        servers, volumes, snapshots = self._listed(rest)
        return [
            *book.bugs,
            *_lost_or_doubled(book, "server", servers),
            *_lost_or_doubled(book, "volume", volumes),
            *_lost_or_doubled(book, "snapshot", snapshots),
            *_runs_once(rest, book),
        ]

    def clear(self) -> None:
        """Have everything deleted that can be now."""
        rest = self._arena.rest()
        servers, volumes, snapshots = self._listed(rest)
        base = f"/volume/v3/{self._project}"
        paths = [f"/compute/v2.1/servers/{each['id']}" for each in servers]
        paths += [f"{base}/snapshots/{each['id']}" for each in snapshots]
        if not paths:
            paths = [f"{base}/volumes/{each['id']}" for each in volumes]
        for path in paths:
            rest.delete(path)

    def remains(self) -> list[str]:
        """What is left of servers, volumes and snapshots."""
        servers, volumes, snapshots = self._listed(self._arena.rest())
        return [f"{each['id']} {each['status']}" for each in (*servers, *volumes, *snapshots)]

    def _listed(self, rest: Rest) -> tuple[list[Json], list[Json], list[Json]]:
        servers = _all(rest, "/compute/v2.1/servers/detail", "servers")
        base = f"/volume/v3/{self._project}"
        volumes, snapshots = (_all(rest, f"{base}/{noun}/detail", noun) for noun in ("volumes", "snapshots"))
        return servers, volumes, snapshots

    def _on_machines(self, servers: list[Json], volumes: list[Json], snapshots: list[Json]) -> Iterator[str]:
        """What lies on each host and should not, or should and does not."""
        homes: dict[str, set[str]] = {}
        for server in servers:
            homes.setdefault(server["OS-EXT-SRV-ATTR:host"] or "", set()).add(server["id"])
        moving = {each["id"] for each in servers if each["status"] == "VERIFY_RESIZE"}
        files = {each["id"] for each in (*volumes, *snapshots)}
        for host in self._arena.fleet.hosts:
            yield from _left_on(host, homes.get(host.name, set()) | moving, files)
        kept = {name for host in self._arena.fleet.hosts for room in host.volumes.rooms() for name in room.names}
        settled = {each["id"] for each in volumes if each["status"] in ("available", "in-use")}
        yield from (f"the file of volume {each} is nowhere" for each in sorted(settled - kept))

    def _held(self, rest: Rest, servers: list[Json]) -> Iterator[str]:
        """Claims of nobody, and servers without one."""
        held: Counter[str] = Counter()
        for host in self._arena.fleet.hosts:
            found = rest.get(f"/placement/resource_providers/{host.host_id}/allocations")["allocations"]
            held.update(found.keys())
        wanted = {each["id"] for each in servers if each["OS-EXT-SRV-ATTR:host"]}
        moving = {each["id"] for each in servers if each["status"] == "VERIFY_RESIZE"}
        if not moving:
            yield from (f"claim of nobody {each}" for each in sorted(set(held) - wanted))
        yield from (f"server {each} holds no claim" for each in sorted(wanted - set(held)))

    def _quotas(self, rest: Rest, servers: list[Json], volumes: list[Json], snapshots: list[Json]) -> Iterator[str]:
        used = rest.get(f"/compute/v2.1/os-quota-sets/{self._project}/detail")["quota_set"]
        if used["instances"]["in_use"] != len(servers) or used["instances"]["reserved"]:
            yield f"quota of servers: {used['instances']} for {len(servers)}"
        told = rest.get(f"/volume/v3/{self._project}/os-quota-sets/{self._project}", usage="true")["quota_set"]
        for noun, things in (("volumes", volumes), ("snapshots", snapshots)):
            if told[noun]["in_use"] != len(things) or told[noun]["reserved"]:
                yield f"quota of {noun}: {told[noun]} for {len(things)}"


def _all(rest: Rest, path: str, noun: str) -> list[Json]:
    found: list[Json] = []
    while True:
        more = {"marker": found[-1]["id"]} if found else {}
        page = rest.get(path, limit=str(_PAGE), **more)[noun]
        found += page
        if len(page) < _PAGE:
            return found


def _images(rest: Rest) -> list[Json]:
    return list(rest.get("/image/v2/images", limit="1000")["images"])


def _unfinished(rest: Rest) -> Iterator[str]:
    for run in rest.get("/haneul/v1/work")["work"]["unfinished"]:
        yield f"run {run['id']} {run['kind']} of {run['subject']} at {run['step']}, undoing: {run['unwinding']}"


def _drift(rest: Rest) -> Iterator[str]:
    told = rest.get("/haneul/v1/drift")
    for each in told["drift"]:
        yield f"drift: {each['kind']} {each['what']} {each['id']} on {each['host_id']}"
    for each in told["unseen"]:
        yield f"unseen: {each['service']} {each['host_id']}: {each['reason']}"


def _rests(server: Json) -> bool:
    return server["status"] in RESTING_SERVERS and server["OS-EXT-STS:task_state"] is None


def _status(server: Json) -> str:
    return f"{server['status']} {server['OS-EXT-STS:task_state']}"


def _left_on(host: FleetHost, wanted: set[str], files: set[str]) -> Iterator[str]:
    for guest in set(host.hypervisor.list_guests()) - wanted:
        yield f"{host.name} has a guest of nobody: {guest}"
    for disk in host.disks.list_disks():
        if disk.partition(".")[0] not in wanted:
            yield f"{host.name} has a disk of nobody: {disk}"
    for snapshot in host.disks.list_snapshots():
        yield f"{host.name} has a snapshot of nobody: {snapshot}"
    if not host.hypervisor.list_guests() and host.nics.list_ports():
        yield f"{host.name} has ports of nobody: {host.nics.list_ports()}"
    for room in host.volumes.rooms():
        for name in set(room.names) - files:
            yield f"{host.name} has a file of nobody: {name}"


def _lost_or_doubled(book: Book, noun: str, listed: list[Json]) -> Iterator[str]:
    """What was accepted is there once, unless its deletion was asked for; what was not answered, once at most."""
    counts = Counter(each["name"] for each in listed if each["name"])
    ids = {each["id"] for each in listed}
    for name, count in counts.items():
        if count > 1:
            yield f"{noun} {name} is there {count} times"
    for name, made in book.created.get(noun, {}).items():
        if made in book.deleted and made in ids:
            yield f"{noun} {name} ({made}) is there, though its deletion was accepted"
        elif made not in book.deleted | book.maybe_deleted and made not in ids:
            yield f"{noun} {name} ({made}) is lost"


def _runs_once(rest: Rest, book: Book) -> Iterator[str]:
    """Every request that was accepted has come to its end once."""
    by_request: dict[str, list[Any]] = {}
    for run in _all(rest, "/haneul/v1/runs", "runs"):
        by_request.setdefault(run["request_id"], []).append(run)
    for asked in book.accepted:
        runs = by_request.get(asked.request_id, [])
        kinds = Counter((run["kind"], run["subject"]) for run in runs)
        for (kind, subject), count in kinds.items():
            if count > 1:
                yield f"{asked.what} ({asked.request_id}): {kind} of {subject} was begun {count} times"
        open_runs = [run["kind"] for run in runs if run["outcome"] is None]
        if open_runs:
            yield f"{asked.what} ({asked.request_id}) has not come to its end: {open_runs}"
        if not runs and asked.what in ("create server", "create volume", "delete server", "resize", "createImage"):
            yield f"{asked.what} of {asked.subject} ({asked.request_id}) was accepted, and nothing was begun"
