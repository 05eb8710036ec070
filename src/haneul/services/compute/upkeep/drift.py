"""Where hosts and what is written of them part: looked at host by host, told, and judged only where it was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from haneul.hostapi import Leftovers
from haneul.kit.drift import Difference, Drift, Parting, Unseen
from haneul.kit.errors import Unavailable
from haneul.kit.paging import Page
from haneul.kit.policy import INTERNAL
from haneul.services.compute.model import Host, Server, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.compute.store import ServerFilter
from haneul.services.compute.upkeep.leftovers import EVERY_S, Homes, Orphan, things_on
from haneul.services.compute.workflows.nics import SERVER_OWNER
from haneul.services.network import Filter, Listing

SERVICE = "compute"
SWEEPER = "compute.leftovers"
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
_LIVE = frozenset({ServerState.ACTIVE, ServerState.PAUSED})
_AGEING = timedelta(days=15)
"""An agent renews a certificate in the last 30 of its 90 days: by then it has failed to for long."""
_LOST = "Nothing makes it again: rebuild the server, or restore its disk on the host."


@dataclass(frozen=True)
class View:
    """What could be seen: hosts and rows of one moment."""

    hosts: Mapping[str, Leftovers]
    """By id: those that answered."""
    unseen: Sequence[Unseen]
    servers: Sequence[Server]
    """Those that nobody is at work on and that did not change while the hosts were looked at."""
    ports_by_server: Mapping[str, Sequence[str]] = field(default_factory=dict)


def find_drift(parts: Parts) -> Drift:
    """Everything that differs. What was not seen is told as unseen, and nothing is said of it."""
    claims = _claims(parts)
    view = look(parts)
    lookers: tuple[Callable[[], Iterator[Difference]], ...] = (
        lambda: _hosts(parts),
        lambda: _left_over(parts, view, claims),
        lambda: missing(view),
        lambda: _without_claim(parts, view),
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
    return View(hosts, unseen, quiet, ports)


def missing(view: View) -> Iterator[Difference]:
    """What servers should have on hosts that were seen, and have not."""
    for server in view.servers:
        found = view.hosts.get(server.host_id or "")
        if found is None or server.state not in WITH_GUEST:
            continue
        tell = _teller(server)
        has_disk = server.boots_from_volume or server.id in found.disks
        if not has_disk:
            yield tell("disk", server.id, "", _LOST)
        if found.present is not None and server.id not in found.present:
            yield tell("guest", server.id, "", "Start the server again: its guest is made anew then.")
        if found.plugged is not None and server.state in _LIVE:
            for port_id in view.ports_by_server.get(server.id, ()):
                if port_id not in found.plugged:
                    yield tell("port", port_id, "", "Reboot the server hard: its ports are plugged anew then.")


def _teller(server: Server) -> Callable[[str, str, str, str], Difference]:
    def tell(what: str, thing_id: str, loop: str, remedy: str) -> Difference:
        return Difference(
            SERVICE, Parting.MISSING, what, thing_id, server.host_id or "", server.name, loop=loop, remedy=remedy
        )

    return tell


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


def _claims(parts: Parts) -> set[str]:
    """Who holds room on hosts."""
    return {str(claim.consumer_id) for claim in parts.placement.claims.list()}


def _left_over(parts: Parts, view: View, claims: set[str]) -> Iterator[Difference]:
    """As the sweeper sees it. Claims and ports of servers are looked at whether or not hosts are seen."""
    homes = Homes(parts)
    things = (thing for host_id, found in view.hosts.items() for thing in things_on(host_id, found))
    orphans = [thing for thing in things if not homes.wants(thing)]
    orphans += [Orphan("claim", consumer_id) for consumer_id in sorted(claims) if not homes.may_hold(consumer_id)]
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


def _without_claim(parts: Parts, view: View) -> Iterator[Difference]:
    """Servers on a host of which placement does not know."""
    claims = _claims(parts)
    for server in view.servers:
        if server.state in WITH_GUEST and server.host_id and server.id not in claims:
            yield _teller(server)("claim", server.id, "", "Its host may be given away twice: migrate the server.")


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
