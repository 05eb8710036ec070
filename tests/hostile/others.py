"""What belongs to whom in a database, found by looking at its rows alone: a new table is covered by being there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.clouds import IMAGE_DATA, OpenCloud
from tests.hostile.watched import WatchedState
from tests.hostile.wire import Sent

_DASHED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{32,64}")
ID = re.compile(f"{_DASHED.pattern}|{_HEX.pattern}")

_NOUNS = {"idp": "identity_provider", "limit": "registered_limit", "rule": "security_group_rule"}
"""What parameters of routes call otherwise than tables do."""
Kind = tuple[str, str]
"""A table and a column of its primary key."""


def unknown_like(value: str) -> str:
    """An id of the same shape that nothing has."""
    if _DASHED.fullmatch(value):
        return str(uuid.uuid5(uuid.NAMESPACE_OID, value))
    return (uuid.uuid5(uuid.NAMESPACE_OID, value).hex * 2)[: len(value)]


def ids_in(sent: Sent) -> Iterator[str]:
    """Each id that a request names, in its path, query and body, once."""
    yield from dict.fromkeys(ID.findall(f"{sent.target} {sent.body.decode('utf-8', 'replace')}"))


def with_id(sent: Sent, old: str, new: str) -> Sent:
    """The same request about another thing."""
    return sent.but(target=sent.target.replace(old, new), body=sent.body.replace(old.encode(), new.encode()))


@dataclass
class Owners:
    """Whose things are whose."""

    watched: WatchedState
    foreign: dict[Kind, list[str]] = field(default_factory=dict)
    """What the other tenant has, by kind."""

    def kinds_of(self, value: str) -> list[Kind]:
        """The tables whose rows are named by the value."""
        return [
            (table, column)
            for table, column in self._keys()
            if any(value == key for key in self.watched.column(table, column))
        ]

    def belongs_to(self, value: str, owners: frozenset[str]) -> bool:
        """Whether a row that is named by the value says that it is one of the owners'."""
        return any(
            owners & {cell for cell in row if isinstance(cell, str) and cell != value}
            for table, column in self.kinds_of(value)
            for row in self.watched.rows(table, column, value)
        )

    def mentions(self, value: str, owners: frozenset[str]) -> bool:
        """Whether some row puts the value and one of the owners together: it is shared with them."""
        return any(
            value in row and owners & {cell for cell in row if isinstance(cell, str)}
            for rows in self.watched.tables().values()
            for row in rows
        )

    def learn(self, before: dict[Kind, set[Any]]) -> None:
        """What has come since `before` is the other tenant's."""
        for kind, values in self.keys().items():
            new = sorted(value for value in values - before.get(kind, set()) if isinstance(value, str))
            self.foreign[kind] = self.foreign.get(kind, []) + new

    def named(self, param: str, kinds: Mapping[Kind, Iterable[Any]]) -> list[str]:
        """Of the values by kind those that a route's parameter may stand for: `prior_role_id` is a key of `roles`."""
        noun = param.partition(":")[0].removesuffix("uuid").removesuffix("_").removesuffix("_id")
        nouns = {"", noun, noun.rpartition("_")[2], _NOUNS.get(noun, noun)} - {""}
        tables = {plural for each in nouns for plural in (each + "s", each[:-1] + "ies")}
        return [
            value
            for (table, column), values in kinds.items()
            if column in ("id", "access_hash") and (table in tables or table.partition("_")[2] in tables)
            for value in values
            if isinstance(value, str)
        ]

    def keys(self) -> dict[Kind, set[Any]]:
        return {(table, column): set(self.watched.column(table, column)) for table, column in self._keys()}

    def _keys(self) -> list[Kind]:
        return [
            (table, column)
            for table in self.watched.table_names()
            if not table.startswith(("runs", "run_", "alembic", "network_pending"))
            for column in self.watched.key_columns(table)
        ]


def furnish(cloud: OpenCloud, user: str, giant: str) -> None:
    """Give a tenant one of everything that members can have; its server is of the flavor `giant`."""

    def make(path: str, body: dict[str, Any], kind: str = "") -> str:
        answer = cloud.ask("POST", path, body, user=user)
        return str((answer[kind] if kind else answer).get("id", ""))

    network = make("/network/v2.0/networks", {"network": {"name": "theirs"}}, "network")
    inside = {"network_id": network, "cidr": "10.77.0.0/24", "ip_version": 4}
    subnet = make("/network/v2.0/subnets", {"subnet": inside}, "subnet")
    port = make("/network/v2.0/ports", {"port": {"network_id": network}}, "port")
    gateway = {"external_gateway_info": {"network_id": cloud.names["public"]}}
    router = make("/network/v2.0/routers", {"router": {"name": "theirs"} | gateway}, "router")
    cloud.ask("PUT", f"/network/v2.0/routers/{router}/add_router_interface", {"subnet_id": subnet}, user=user)
    floating = {"floating_network_id": cloud.names["public"], "port_id": port}
    make("/network/v2.0/floatingips", {"floatingip": floating}, "floatingip")
    make("/network/v2.0/security-groups", {"security_group": {"name": "theirs"}}, "security_group")
    image = make("/image/v2/images", {"name": "theirs", "disk_format": "raw", "container_format": "bare"})
    octets = {"content-type": "application/octet-stream"}
    cloud.ask("PUT", f"/image/v2/images/{image}/file", IMAGE_DATA, user=user, headers=octets)
    nics = [{"uuid": network}]
    server = {"name": "theirs", "flavorRef": giant, "imageRef": image, "networks": nics}
    make("/compute/v2.1/servers", {"server": server}, "server")
    make("/compute/v2.1/os-server-groups", {"server_group": {"name": "theirs", "policy": "affinity"}}, "server_group")
    make("/compute/v2.1/os-keypairs", {"keypair": {"name": "theirs", "type": "ssh", "public_key": _KEY}}, "keypair")
    own = f"/identity/v3/users/{cloud.names[f'{user}_user']}"
    lent = {"name": "theirs", "unrestricted": False}
    make(f"{own}/application_credentials", {"application_credential": lent}, "application_credential")
    make(f"{own}/credentials/OS-EC2", {"tenant_id": cloud.names[f"{user}_project"]}, "credential")
    secret = {"type": "cert", "blob": "theirs", "user_id": cloud.names[f"{user}_user"]}
    make("/identity/v3/credentials", {"credential": secret}, "credential")
    cloud.work()


def giant_flavor(cloud: OpenCloud) -> str:
    """A flavor that fits no host: a server of it takes no room that a conversation counts on."""
    giant = {"name": "giant", "vcpus": 9999, "ram": 1, "disk": 1}
    limits = {"quota_set": {"cores": -1}}
    cloud.ask("PUT", f"/compute/v2.1/os-quota-sets/{cloud.names['other_project']}", limits, user="admin")
    cloud.ask("PUT", f"/compute/v2.1/os-quota-sets/{cloud.names['demo_project']}", limits, user="admin")
    return str(cloud.ask("POST", "/compute/v2.1/flavors", {"flavor": giant}, user="admin")["flavor"]["id"])


_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIhJYTn6WBn3lHeBKCsWNnSzLYKWtDwA1Bhn3rO0RkYt theirs"
