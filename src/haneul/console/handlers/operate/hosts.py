"""Hosts: what they have, what is claimed of it, and whether they take new servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haneul.console.handlers.operate.forms import acted, refused
from haneul.console.handlers.operate.listing import asked_of, sheet_of
from haneul.console.tables import PAGE
from haneul.console.visit import PREFIX, Visit
from haneul.kit.http import Reply, Request
from haneul.kit.paging import Page
from haneul.services.compute import Host, Hypervisor, ListWish
from haneul.services.placement import ProviderId

HOSTS = f"{PREFIX}/operate/hosts"
HOST_STATES = {"up": "Up", "away": "Away", "disabled": "Disabled"}
_LONGEST_REASON = 255


@dataclass(frozen=True)
class HostRow:
    """A host; `hypervisor` is None until it has told what it has."""

    host: Host
    is_up: bool
    hypervisor: Hypervisor | None

    def is_in(self, state: str) -> bool:
        """True also for an empty state, which is any."""
        facts = {"up": self.is_up, "away": not self.is_up, "disabled": self.host.is_disabled}
        return facts.get(state, True)


def list_hosts(visit: Visit, request: Request) -> Reply:
    """By name."""
    asked = asked_of(request.query, "search", "state")
    asked["state"] = asked["state"] if asked["state"] in HOST_STATES else ""
    fitting = [row for row in rows_of_hosts(visit) if asked["search"].lower() in row.host.name.lower()]
    fitting = [row for row in fitting if row.is_in(asked["state"])]
    marker = asked["marker"]
    found = [row for row in fitting if row.host.name > marker][: PAGE + 1] if marker else fitting[: PAGE + 1]
    sheet = sheet_of(HOSTS, asked, found, lambda row: row.host.name)
    return visit.page("operate/hosts.html", sheet=sheet, asked=asked, states=HOST_STATES)


def rows_of_hosts(visit: Visit) -> Sequence[HostRow]:
    """By name; in a number of queries that does not grow."""
    hosts = visit.rooms.compute.hosts
    known: Mapping[str, Hypervisor] = {each.host.id: each for each in hosts.hypervisors(visit.caller, "list-detail")}
    every = sorted(hosts.list(visit.caller), key=lambda host: host.name)
    return [HostRow(host, hosts.is_up(host), known.get(host.id)) for host in every]


def show_host(visit: Visit, request: Request) -> Reply:
    """With its servers, of all projects."""
    asked = asked_of(request.query)
    host = visit.rooms.compute.hosts.get(visit.caller, request.params["host_id"])
    where = f"{HOSTS}/{host.id}"
    wish = ListWish(page=Page(PAGE + 1, asked["marker"] or None), is_all_projects=True, host_name=host.name)
    servers = visit.rooms.compute.servers.list_detail(visit.caller, wish)
    return visit.page(
        "operate/host.html",
        row=next(row for row in rows_of_hosts(visit) if row.host.id == host.id),
        host=host,
        sheet=sheet_of(where, asked, servers, lambda view: view.server.id),
        claimed=_claimed(visit, host) if host.inventory else {},
        longest_reason=_LONGEST_REASON,
    )


def _claimed(visit: Visit, host: Host) -> Mapping[str, int]:
    """What is held of it, by resource class; whoever holds it."""
    _, used = visit.rooms.placement.allocations.usages_of_provider(visit.caller, ProviderId(host.id))
    return used


def disable_host(visit: Visit, request: Request) -> Reply:
    """No new servers go there; a reason is told to whoever wonders."""
    host_id, reason = request.params["host_id"], visit.field("reason").strip()[:_LONGEST_REASON]
    where = f"{HOSTS}/{host_id}"
    if not reason:
        return refused(visit, where, visit.say("Say first why it shall take no new servers."))
    done = visit.say("It takes no new servers; those that it has stay.")
    return acted(visit, where, lambda: visit.rooms.compute.hosts.disable(visit.caller, host_id, reason), done)


def enable_host(visit: Visit, request: Request) -> Reply:
    host_id = request.params["host_id"]
    done = visit.say("It takes new servers again.")
    return acted(visit, f"{HOSTS}/{host_id}", lambda: visit.rooms.compute.hosts.enable(visit.caller, host_id), done)
