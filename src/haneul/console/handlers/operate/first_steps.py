"""An operator's first steps: external network, host storage, first project, first server; each may be skipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET

from haneul.console.handlers.networks import outside_networks
from haneul.console.handlers.operate.forms import name_of, password_of
from haneul.console.handlers.operate.hosts import HostRow, rows_of_hosts
from haneul.console.sessions import Told
from haneul.console.visit import PREFIX, Visit, status_of
from haneul.kit.errors import CloudError, Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.kit.paging import Page
from haneul.services.compute import ListWish
from haneul.services.identity import Listing, NewProject, NewUser, Place, Project
from haneul.services.network import AddressRange, NewNetwork, NewSubnet

FIRST_STEPS = f"{PREFIX}/operate/first-steps"
STEPS = ("network", "hosts", "project", "server")
_LONGEST_PROJECT, _LONGEST_USER = 64, 255
_MOST_HOSTS = 12
_MEMBER = "member"


@dataclass(frozen=True)
class Progress:
    """How far the cloud has come."""

    outsides: Sequence[str]
    """The names of the external networks."""
    hosts: Sequence[HostRow]
    projects: Sequence[Project]
    """Besides the caller's own."""
    has_server: bool

    @property
    def done(self) -> frozenset[str]:
        """Of STEPS."""
        facts = {
            "network": bool(self.outsides),
            "hosts": any(row.is_up and row.hypervisor is not None for row in self.hosts),
            "project": bool(self.projects),
            "server": self.has_server,
        }
        return frozenset(step for step in STEPS if facts[step])


def show_first_steps(visit: Visit, request: Request) -> Reply:
    """At the step that the address names, else at the first that is not done."""
    return _page(visit, request.query.get("step") or "")


def create_outside(visit: Visit, request: Request) -> Reply:
    """The external network with its subnet: both or none."""
    network, name = visit.rooms.network, visit.field("name").strip()
    new = NewNetwork(name=name, is_external=True, network_type="flat", physical_network=visit.field("wire").strip())
    try:
        with network.together():
            made = network.networks.create(visit.caller, new)
            network.subnets.create(visit.caller, _outside_subnet(visit, made.id))
    except CloudError as error:
        return _page(visit, "network", error)
    return _on(visit, "hosts", name or made.id)


def create_first_project(visit: Visit, request: Request) -> Reply:
    """A project and somebody who works in it; what is refused half-way is taken back."""
    identity, caller = visit.rooms.identity, visit.caller
    try:
        name = name_of(visit, _LONGEST_PROJECT)
        user_name, password = visit.field("user").strip(), password_of(visit)
        if not 0 < len(user_name) <= _LONGEST_USER:
            raise Invalid("console.bad_name", f"A name has 1 to {_LONGEST_USER} characters: choose another.")
        role_id = _member_role(visit)
        project = identity.projects.create(caller, NewProject(name=name))
        try:
            user = identity.users.create(caller, NewUser(name=user_name, password=password))
        except CloudError:
            identity.projects.delete(caller, project.id)
            raise
        identity.grants.give(caller, Place("user", user.id, "project", project.id), role_id)
    except CloudError as error:
        return _page(visit, "project", error)
    return _on(visit, "server", name)


def _on(visit: Visit, step: str, name: str) -> Reply:
    return visit.go(f"{FIRST_STEPS}?step={step}", Told((visit.say("Made: %(name)s", name=name),)))


def _outside_subnet(visit: Visit, network_id: str) -> NewSubnet:
    """Without DHCP: whoever is out there has addresses of their own. The gateway is not said: the first address."""
    first, last = visit.field("first").strip(), visit.field("last").strip()
    cidr = visit.field("cidr").strip()
    return NewSubnet(
        network_id=network_id,
        ip_version=6 if ":" in cidr else 4,
        cidr=cidr,
        gateway_ip=visit.field("gateway").strip() or UNSET,
        has_dhcp=False,
        pools=(AddressRange(first, last),) if first or last else UNSET,
    )


def _member_role(visit: Visit) -> str:
    """Raises NotFound("console.no_member_role")."""
    found = visit.rooms.identity.roles.list(visit.caller, Listing().where("name", _MEMBER))
    if not found:
        raise NotFound("console.no_member_role", "There is no role `member`: make it, or give another by hand.")
    return found[0].id


def _progress(visit: Visit) -> Progress:
    caller, rooms = visit.caller, visit.rooms
    projects = rooms.identity.projects.list(caller, Listing(limit=3).where("is_domain", False))
    servers = rooms.compute.servers.list(caller, ListWish(page=Page(1), is_all_projects=True))
    return Progress(
        outsides=[network.name or network.id for network in outside_networks(visit)],
        hosts=rows_of_hosts(visit),
        projects=[project for project in projects if project.id != caller.project_id],
        has_server=bool(servers),
    )


def _page(visit: Visit, wanted: str, error: CloudError | None = None) -> Reply:
    progress = _progress(visit)
    left = [step for step in STEPS if step not in progress.done]
    step = wanted if wanted in STEPS else left[0] if left else ""
    after = STEPS[STEPS.index(step) + 1 :] if step else ()
    return visit.page(
        "operate/first_steps.html",
        200 if error is None else status_of(error),
        progress=progress,
        steps=STEPS,
        step=step,
        after=after[0] if after else "",
        hosts=progress.hosts[:_MOST_HOSTS],
        message=error.message if error else "",
    )
