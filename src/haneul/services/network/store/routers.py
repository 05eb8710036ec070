"""Rows of routers and floating IPs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database
from haneul.kit.errors import Conflict
from haneul.services.network.model.ports import FixedIp
from haneul.services.network.model.routers import FloatingIp, Gateway, LedPort, Router
from haneul.services.network.store.forwardings import ForwardingRows
from haneul.services.network.store.qos import network_traits
from haneul.services.network.store.rows import Rows, Scope, chunked, grouped
from haneul.services.network.store.tables import floating_ips, port_addresses, ports, routers


class RouterRows(Rows[Router]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, routers, Router)

    def seen_by(self, project_id: str) -> Scope:
        return routers.c.project_id == project_id

    def with_gateway_on(self, network_id: str) -> list[Router]:
        return self.where(routers.c.gateway_network_id == network_id)

    def of_subnet(self, subnet_id: str, owners: Iterable[str]) -> list[str]:
        """The ids of the routers that have a foot in it."""
        statement = (
            select(ports.c.device_id)
            .join(port_addresses, port_addresses.c.port_id == ports.c.id)
            .where(port_addresses.c.subnet_id == subnet_id, ports.c.device_owner.in_(list(owners)))
        )
        with self.db.read() as connection:
            return list(connection.execute(statement).scalars())

    def _extra(self, noun: Router) -> dict[str, Any]:
        gateway = noun.gateway
        return {
            "gateway_network_id": gateway.network_id if gateway else None,
            "gateway_port_id": gateway.port_id if gateway else None,
            "has_snat": gateway.has_snat if gateway else True,
        }

    def _complete(self, connection: Connection, found: list[Router]) -> list[Router]:
        gateways: dict[str, Gateway] = {}
        for some in chunked(each.id for each in found):
            columns = (routers.c.id, routers.c.gateway_network_id, routers.c.has_snat, routers.c.gateway_port_id)
            chosen = select(*columns).where(routers.c.id.in_(some), routers.c.gateway_network_id.is_not(None))
            rows = connection.execute(chosen).all()
            addresses = self._addresses(connection, [row[3] for row in rows])
            gateways |= {row[0]: Gateway(row[1], row[2], row[3], tuple(addresses.get(row[3], ()))) for row in rows}
        return [replace(each, gateway=gateways.get(each.id)) for each in found]

    def _addresses(self, connection: Connection, port_ids: list[str]) -> dict[str, list[FixedIp]]:
        columns = (port_addresses.c.port_id, port_addresses.c.subnet_id, port_addresses.c.ip_address)
        statement = select(*columns).where(port_addresses.c.port_id.in_(port_ids)).order_by(port_addresses.c.position)
        rows = connection.execute(statement)
        return dict(grouped(rows, lambda row: row[0], lambda row: FixedIp(row[1], row[2])))


class FloatingIpRows(Rows[FloatingIp]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, floating_ips, FloatingIp)
        self._forwardings = ForwardingRows(db)

    def seen_by(self, project_id: str) -> Scope:
        return floating_ips.c.project_id == project_id

    def _complete(self, connection: Connection, found: list[FloatingIp]) -> list[FloatingIp]:
        traits = network_traits(connection, (each.network_id for each in found))
        forwardings = self._forwardings.of_floating_ips(each.id for each in found)
        led: dict[str, LedPort] = {}
        columns = (ports.c.id, *(ports.c[item.name] for item in fields(LedPort)))
        for some in chunked(each.port_id for each in found if each.port_id is not None):
            rows = connection.execute(select(*columns).where(ports.c.id.in_(some)))
            led |= {row[0]: LedPort(*row[1:]) for row in rows}
        return [
            replace(
                each,
                forwardings=tuple(forwardings.get(each.id, ())),
                port=led.get(each.port_id or ""),
                qos_network_policy_id=traits.get(each.network_id, (None, ""))[0],
            )
            for each in found
        ]

    def add(self, noun: FloatingIp) -> None:
        """Raises Conflict `floating_ip.fixed_ip_taken`."""
        with self.db.write() as connection:
            try:
                with connection.begin_nested():
                    super().add(noun)
            except IntegrityError as error:
                raise _taken(noun) from error

    def of_port(self, port_id: str) -> list[FloatingIp]:
        return self.where(floating_ips.c.port_id == port_id)

    def of_router(self, router_id: str) -> list[FloatingIp]:
        return self.where(floating_ips.c.router_id == router_id)

    def of_network(self, network_id: str) -> list[FloatingIp]:
        return self.where(floating_ips.c.network_id == network_id)

    def require_free(self, noun: FloatingIp) -> None:
        """Raises Conflict where another floating IP of the network leads to the same fixed address."""
        others: ColumnElement[bool] = floating_ips.c.id != noun.id
        same = (floating_ips.c.port_id == noun.port_id, floating_ips.c.fixed_ip == noun.fixed_ip)
        if self.exists(others, *same, floating_ips.c.network_id == noun.network_id):
            raise _taken(noun)


def _taken(noun: FloatingIp) -> Conflict:
    return Conflict(
        "floating_ip.fixed_ip_taken",
        f"Cannot associate floating IP {noun.address} ({noun.id}) with port {noun.port_id} using fixed IP "
        f"{noun.fixed_ip}, as that fixed IP already has a floating IP on external network {noun.network_id}: "
        "disassociate that one first.",
    )
