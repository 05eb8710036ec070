"""Where hosts and what is written of them part: looked at host by host, told, and judged only where it was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from haneul.hostapi import Leftovers
from haneul.kit.drift import Difference, Drift, Parting, Unseen
from haneul.kit.errors import Unavailable
from haneul.kit.paging import Page
from haneul.kit.policy import INTERNAL
from haneul.services.compute.model import Host, Server, ServerId, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.store import ServerFilter
from haneul.services.compute.upkeep.leftovers import EVERY_S, Homes, Orphan, things_on
from haneul.services.compute.workflows.mend_guest import POWER_BY_STATE
from haneul.services.compute.workflows.nics import SERVER_OWNER
from haneul.services.network import Filter, Listing, PortId

SERVICE = "compute"
SWEEPER, MENDER = "compute.leftovers", "compute.mend"
WITH_GUEST = frozenset(
    {
        ServerState.ACTIVE,
        ServerState.STOPPED,
        ServerState.PAUSED,
        ServerState.SUSPENDED,
        ServerState.RESCUED,
        ServerState.RESIZED,
    }
)
"""In these a host has a guest for the server."""
_AGEING = timedelta(days=15)
"""An agent renews a certificate in the last 30 of its 90 days: by then it has failed to for long."""


@dataclass(frozen=True)
class View:
    """What could be seen: hosts and rows of one moment."""

    hosts: Mapping[str, Leftovers]
    """By id: those that answered."""
    unseen: Sequence[Unseen]
    servers: Sequence[Server]
    """Those that nobody is at work on and that did not change while the hosts were looked at."""
    ports_by_server: Mapping[str, Sequence[str]]
    claims: frozenset[str]
    """Who holds room on hosts."""


def find_drift(parts: Parts) -> Drift:
    """Everything that differs. What was not seen is told as unseen, and nothing is said of it."""
    view = look(parts)
    lookers: tuple[Callable[[], Iterator[Difference]], ...] = (
        lambda: _hosts(parts),
        lambda: _left_over(parts, view),
        lambda: missing(view),
    )
    return Drift(tuple(each for look_at in lookers for each in look_at()), tuple(view.unseen))


def look(parts: Parts) -> View:
    """Rows, then hosts, then rows again: a server that changed in between is left for another time."""
    before = _by_id(parts)
    hosts, unseen = _seen(parts)
    owned = parts.network.ports.list(INTERNAL, Listing(Filter({"device_owner": (SERVER_OWNER,)})))
    ports: dict[str, list[str]] = {}
    for port in owned:
        ports.setdefault(port.device_id, []).append(port.id)
    busy = {run.subject for run in parts.runs.unfinished()}
    after = _by_id(parts)
    quiet = [server for server_id, server in before.items() if server_id not in busy and after.get(server_id) == server]
    return View(hosts, unseen, quiet, ports, _claims(parts))


@dataclass(frozen=True)
class Lack:
    """Something that a server should have, on a host that was seen or in placement, and has not."""

    server_id: ServerId
    what: str
    """disk, guest, port or claim."""
    id: str
    state: ServerState

    @property
    def is_mendable(self) -> bool:
        """Whether the cloud can make it again by itself: disks it cannot, nor what a guest had in its memory."""
        return self.what != "disk" and self.state in POWER_BY_STATE


def lacking(view: View) -> Iterator[Lack]:
    """What servers lack; of one whose disk is gone no more is said, for it cannot have the rest without."""
    for server in view.servers:
        found = view.hosts.get(server.host_id or "")
        if server.state not in WITH_GUEST:
            continue
        if server.host_id and server.id not in view.claims:
            yield Lack(server.id, "claim", server.id, server.state)
        if found is None:
            continue
        if not server.boots_from_volume and server.id not in found.disks:
            yield Lack(server.id, "disk", server.id, server.state)
        elif found.present is not None and server.id not in found.present:
            yield Lack(server.id, "guest", server.id, server.state)
        elif found.plugged is not None and server.state is ServerState.ACTIVE:
            torn = (each for each in view.ports_by_server.get(server.id, ()) if each not in found.plugged)
            yield from (Lack(server.id, "port", each, server.state) for each in torn)


_REMEDIES = {
    "disk": "Nothing makes it again: rebuild the server, or restore its disk on the host.",
    "guest": "Its memory is gone with it: reboot the server hard.",
    "claim": "Its host may be given away twice: confirm or revert what was begun with the server, or migrate it.",
}


def missing(view: View) -> Iterator[Difference]:
    """What servers lack, as operators are told of it."""
    servers = {server.id: server for server in view.servers}
    for lack in lacking(view):
        server = servers[lack.server_id]
        told = Difference(SERVICE, Parting.MISSING, lack.what, lack.id, server.host_id or "", server.name)
        if lack.is_mendable:
            yield replace(told, loop=MENDER, within_s=3 * EVERY_S, remedy="It is made again.")
        else:
            yield replace(told, remedy=_REMEDIES[lack.what])


def _by_id(parts: Parts) -> dict[str, Server]:
    return {server.id: server for server in parts.store.servers.list(ServerFilter(), Page())}


def _seen(parts: Parts) -> tuple[dict[str, Leftovers], list[Unseen]]:
    """What each host that is connected has; and which hosts could not be asked."""
    connected = {inventory.host_id for inventory in parts.hosts.connected()}
    known = {host.id for host in parts.store.hosts.list() if host.inventory is not None}
    unseen = [Unseen(SERVICE, host_id, "The host is away.") for host_id in sorted(known - connected)]
    found: dict[str, Leftovers] = {}
    for host_id in sorted(connected):
        try:
            found[host_id] = parts.hosts.list_leftovers(host_id)
        except Unavailable as error:
            unseen.append(Unseen(SERVICE, host_id, error.message))
    return found, unseen


def _claims(parts: Parts) -> frozenset[str]:
    return frozenset(str(claim.consumer_id) for claim in parts.placement.claims.list())


def _left_over(parts: Parts, view: View) -> Iterator[Difference]:
    """As the sweeper sees it. Claims and ports of servers are looked at whether or not hosts are seen."""
    homes = Homes(parts)
    owners = {PortId(port_id): owner for owner, port_ids in view.ports_by_server.items() for port_id in port_ids}
    things = (thing for host_id, found in view.hosts.items() for thing in things_on(host_id, found, owners))
    orphans = [thing for thing in things if not homes.wants(thing)]
    orphans += [Orphan("claim", consumer_id) for consumer_id in sorted(view.claims) if not homes.may_hold(consumer_id)]
    orphans += [Orphan("ports", each) for each in sorted(view.ports_by_server) if not homes.knows(each)]
    within_s = parts.tuning.leftover_grace_s + 2 * EVERY_S
    for orphan in orphans:
        yield Difference(
            SERVICE,
            Parting.LEFT_OVER,
            orphan.kind,
            orphan.name or orphan.id,
            orphan.host_id,
            loop=SWEEPER,
            within_s=within_s,
            remedy="It is removed, unless a run of its server is at work.",
        )


def _hosts(parts: Parts) -> Iterator[Difference]:
    """Hosts that nobody hears of, and certificates that are not renewed."""
    connected = {inventory.host_id: inventory for inventory in parts.hosts.connected()}
    now = parts.clock.now()
    for host in parts.store.hosts.list():
        if host.inventory is None:
            continue
        if host.id not in connected:
            remedy = "It is waited for: look at it, and at `haneul logs agent` there."
            yield _of_host(host, Parting.AWAY, "agent", remedy)
        elif _is_ageing(connected[host.id].certificate_ends_at, now):
            remedy = "Its agent renews it once a minute and fails to: `haneul logs agent` there says why."
            yield _of_host(host, Parting.AGEING, "certificate", remedy)


def _of_host(host: Host, parting: Parting, what: str, remedy: str) -> Difference:
    return Difference(SERVICE, parting, what, host.id, host.id, host.name, remedy=remedy)


def _is_ageing(ends_at: str, now: datetime) -> bool:
    return bool(ends_at) and datetime.fromisoformat(ends_at) < now + _AGEING
