"""Security groups: what may come to servers and leave them, as a table of rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haneul.console.deleting import Doomed, ask_or_delete
from haneul.console.handlers.networks import of_project
from haneul.console.sessions import Told
from haneul.console.tables import part_of
from haneul.console.visit import PREFIX, Visit, status_of
from haneul.kit.errors import CloudError, Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.kit.paging import SortKey
from haneul.services.network import NewRule, NewSecurityGroup, SecurityGroup

SECURITY_GROUPS = f"{PREFIX}/security-groups"
_PORTS = re.compile(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?")
_ICMP = ("icmp", "ipv6-icmp")


@dataclass(frozen=True)
class Opening:
    """What a ready rule lets in, from anywhere or from the group's own members."""

    ethertype: str
    protocol: str | None = None
    port: int | None = None
    is_of_members: bool = False

    def of(self, group_id: str) -> NewRule:
        return NewRule(
            security_group_id=group_id,
            direction="ingress",
            ethertype=self.ethertype,
            protocol=self.protocol,
            port_min=self.port,
            port_max=self.port,
            remote_group_id=group_id if self.is_of_members else None,
        )


def _tcp(port: int) -> tuple[Opening, ...]:
    return tuple(Opening(each, "tcp", port) for each in ("IPv4", "IPv6"))


READY: Mapping[str, tuple[Opening, ...]] = {
    "SSH": _tcp(22),
    "HTTP": _tcp(80),
    "HTTPS": _tcp(443),
    "Ping": (Opening("IPv4", "icmp"), Opening("IPv6", "ipv6-icmp")),
    "All between members": tuple(Opening(each, is_of_members=True) for each in ("IPv4", "IPv6")),
}
"""What one lets in by one button, by its name."""


def list_security_groups(visit: Visit, request: Request) -> Reply:
    return _list_page(visit)


def create_security_group(visit: Visit, request: Request) -> Reply:
    """A group, with the ready rules that are ticked: all of it or nothing."""
    groups = visit.rooms.network.security_groups
    new = NewSecurityGroup(visit.field("name").strip(), description=visit.field("description").strip())
    try:
        if not new.name:
            raise Invalid("security_group.no_name", "The security group has no name yet: give it one.")
        with visit.rooms.network.together():
            made = groups.create(visit.caller, new)
            for name in dict.fromkeys(visit.form.get("ready", ())):
                _open(visit, made, name)
    except CloudError as error:
        return _list_page(visit, error)
    return visit.go(f"{SECURITY_GROUPS}/{made.id}", Told((visit.say("It is there: %(name)s", name=made.name),)))


def show_security_group(visit: Visit, request: Request) -> Reply:
    return _group_page(visit, _group(visit))


def create_rule(visit: Visit, request: Request) -> Reply:
    """A ready one (`ready`), or as the form says."""
    group = _group(visit)
    try:
        if visit.field("ready"):
            with visit.rooms.network.together():
                _open(visit, group, visit.field("ready"))
        else:
            visit.rooms.network.security_groups.create_rule(visit.caller, _new_rule(visit, group.id))
    except CloudError as error:
        return _group_page(visit, group, error)
    return visit.go(f"{SECURITY_GROUPS}/{group.id}")


def remove_rule(visit: Visit, request: Request) -> Reply:
    group, rule = _group(visit), visit.field("rule")
    try:
        if rule not in {each.id for each in group.rules}:
            raise NotFound(
                "security_group_rule.not_found", f"{rule!r:.40} is no rule of {group.name}: reload the page."
            )
        visit.rooms.network.security_groups.delete_rule(visit.caller, rule)
    except CloudError as error:
        return _group_page(visit, group, error)
    return visit.go(f"{SECURITY_GROUPS}/{group.id}")


def delete_security_group(visit: Visit, request: Request) -> Reply:
    group = _group(visit)
    doomed = Doomed(
        name=group.name or group.id,
        question=visit.say("Delete this security group?"),
        warning=visit.say("Its rules go with it. No server may be in it any more."),
        back=f"{SECURITY_GROUPS}/{group.id}",
        home=SECURITY_GROUPS,
    )
    return ask_or_delete(visit, doomed, lambda: visit.rooms.network.security_groups.delete(visit.caller, group.id))


def _group(visit: Visit) -> SecurityGroup:
    return visit.rooms.network.security_groups.get(visit.caller, visit.request.params["group_id"])


def _own_groups(visit: Visit) -> Sequence[SecurityGroup]:
    return visit.rooms.network.security_groups.list(visit.caller, of_project(visit))


def _list_page(visit: Visit, error: CloudError | None = None) -> Reply:
    groups = visit.rooms.network.security_groups
    return visit.page(
        "security_groups.html",
        200 if error is None else status_of(error),
        part=part_of(visit, lambda page: groups.list(visit.caller, of_project(visit, page)), SortKey("name")),
        ready=READY,
        message=error.message if error else "",
    )


def _group_page(visit: Visit, group: SecurityGroup, error: CloudError | None = None) -> Reply:
    groups = _own_groups(visit)
    return visit.page(
        "security_group.html",
        200 if error is None else status_of(error),
        group=group,
        is_ours=group.project_id == visit.caller.project_id,
        rules=sorted(group.rules, key=lambda rule: (rule.direction == "egress", rule.ethertype, rule.protocol or "")),
        groups=groups,
        names_by_id={str(each.id): each.name for each in groups},
        ready=READY,
        message=error.message if error else "",
    )


def _open(visit: Visit, group: SecurityGroup, name: str) -> None:
    """Let in what the ready rule says, as far as it is not let in already."""
    if name not in READY:
        raise Invalid("console.no_ready_rule", f"There is no ready rule {name!r:.40}: choose one of the buttons.")
    there = {
        (rule.direction, rule.ethertype, rule.protocol, rule.port_min, rule.port_max, rule.remote_group_id)
        for rule in group.rules
        if rule.remote_ip_prefix is None and rule.remote_address_group_id is None
    }
    for opening in READY[name]:
        new = opening.of(group.id)
        key = (new.direction, new.ethertype, new.protocol, new.port_min, new.port_max, new.remote_group_id)
        if key not in there:
            visit.rooms.network.security_groups.create_rule(visit.caller, new)


def _new_rule(visit: Visit, group_id: str) -> NewRule:
    protocol, remote_group = visit.field("protocol"), visit.field("remote_group")
    first, last = _ports(visit.field("ports").strip(), is_icmp=protocol in _ICMP)
    return NewRule(
        security_group_id=group_id,
        direction=visit.field("direction"),
        ethertype=visit.field("ethertype"),
        protocol=protocol or None,
        port_min=first,
        port_max=last,
        remote_group_id=remote_group or None,
        remote_ip_prefix=visit.field("remote").strip() or None,
        description=visit.field("description").strip(),
    )


def _ports(said: str, *, is_icmp: bool) -> tuple[int | None, int | None]:
    """The first port and the last; of ICMP the type and the code. Raises Invalid("console.bad_ports")."""
    if not said:
        return None, None
    found = _PORTS.fullmatch(said)
    if found is None:
        raise Invalid("console.bad_ports", f"{said!r:.40} are no ports: write one, as 22, or a range, as 8000-8100.")
    first = int(found[1])
    if found[2] is None:
        return first, None if is_icmp else first
    return first, int(found[2])
