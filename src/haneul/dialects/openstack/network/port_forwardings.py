"""Port forwardings of floating IPs."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import Attribute, Resource, create_all
from haneul.dialects.openstack.network.standard import ID
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.network import Forwarding, ForwardingChanges, NewForwarding, PortSpan


def _port(name: str, value: Any) -> PortSpan | None:
    if value is None:
        return None
    number = readers.integer(name, value)
    if not 1 <= number <= 65535:
        raise readers.wrong(name, f"'{number}' is not between 1 and 65535")
    return PortSpan(number, number)


def _span(name: str, value: Any) -> PortSpan | None:
    if value is None:
        return None
    first, colon, last = readers.text(name, value).partition(":")
    ports = [_port(name, first), _port(name, last if colon else first)]
    if ports[0] is None or ports[1] is None or ports[0].first > ports[1].first:
        raise readers.wrong(name, f"'{value:.40}' is not a range of ports: give one as 2000:2010")
    return PortSpan(ports[0].first, ports[1].first)


def _number(span: PortSpan) -> int | None:
    return span.first if len(span) == 1 else None


def _text(span: PortSpan) -> str:
    return f"{span.first}:{span.last}"


FORWARDING = Resource(
    "port_forwarding",
    "port_forwardings",
    (
        ID,
        Attribute("internal_port_id", "port_id", readers.uuid, is_required=True),
        Attribute("internal_ip_address", "fixed_ip", readers.text),
        Attribute("protocol", read=readers.text, is_required=True),
        Attribute("external_port", "outer_first", _port, show=lambda each: _number(each.outer)),
        Attribute("internal_port", "inner_first", _port, show=lambda each: _number(each.inner), is_filter=False),
        Attribute("external_port_range", "outer", _span, show=lambda each: _text(each.outer), is_filter=False),
        Attribute("internal_port_range", "inner", _span, show=lambda each: _text(each.inner), is_filter=False),
        Attribute("description", read=readers.text_or_empty),
    ),
)


def show_forwardings(forwardings: tuple[Forwarding, ...]) -> list[dict[str, Any]]:
    """As floating IPs show theirs: by single ports where they are such."""
    return [_brief(each) for each in forwardings]


def _brief(each: Forwarding) -> dict[str, Any]:
    brief: dict[str, Any] = {
        "id": each.id,
        "internal_port_id": each.port_id,
        "internal_ip_address": each.fixed_ip,
        "protocol": each.protocol,
    }
    if len(each.outer) == 1:
        return brief | {"external_port": each.outer.first, "internal_port": each.inner.first}
    return brief | {"external_port_range": _text(each.outer), "internal_port_range": _text(each.inner)}


def list_port_forwardings(cloud: Cloud, req: Request) -> Reply:
    listing = FORWARDING.listing(req.query)
    found = cloud.network.forwardings.list(req.caller, req.params["floatingip_id"], listing)
    return FORWARDING.many(cloud, req, found)


def create_port_forwarding(cloud: Cloud, req: Request) -> Reply:
    def create(said: dict[str, Any]) -> Forwarding:
        spans = _spans(said)
        if set(spans) != {"outer", "inner"}:
            raise Invalid("request.invalid", "Give external_port and internal_port, or ranges of both.")
        new = NewForwarding(**said, **spans)
        return cloud.network.forwardings.create(req.caller, req.params["floatingip_id"], new)

    return create_all(cloud, req, FORWARDING, create)


def show_port_forwarding(cloud: Cloud, req: Request) -> Reply:
    return FORWARDING.one(cloud, req, cloud.network.forwardings.get(req.caller, *_ids(req)))


def update_port_forwarding(cloud: Cloud, req: Request) -> Reply:
    said = FORWARDING.read_changes(req.body)
    spans = _spans(said)
    changes = ForwardingChanges(**said, **spans)
    return FORWARDING.one(cloud, req, cloud.network.forwardings.update(req.caller, *_ids(req), changes))


def delete_port_forwarding(cloud: Cloud, req: Request) -> Reply:
    cloud.network.forwardings.delete(req.caller, *_ids(req))
    return Reply(204)


def _ids(req: Request) -> tuple[str, str]:
    return req.params["floatingip_id"], req.params["forwarding_id"]


def _spans(said: dict[str, Any]) -> dict[str, Any]:
    """The ports taken out of what is said, however they are said."""
    found: dict[str, Any] = {}
    for name in ("outer", "inner"):
        ways = [said.pop(f"{name}_first", None), said.pop(name, None)]
        spans = [span for span in ways if span is not None]
        if len(set(spans)) > 1:
            raise Invalid("request.invalid", "A port and a range of ports contradict each other: give one of both.")
        if spans:
            found[name] = spans[0]
    return found
