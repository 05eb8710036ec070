"""Ports."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.qos import QOS_NETWORK_POLICY, QOS_POLICY
from haneul.dialects.openstack.network.resources import (
    CREATE,
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import (
    ADMIN_STATE,
    DESCRIPTION,
    HISTORY,
    ID,
    NAME,
    PROJECT,
    TAGS,
)
from haneul.dialects.openstack.network.trunks import show_details
from haneul.kit.http import Reply, Request
from haneul.services.network import NewPort, Port, PortChanges


def _pairs(port: Port) -> list[dict[str, str]]:
    own = port.mac_address
    return [{"ip_address": pair.ip_address, "mac_address": pair.mac_address or own} for pair in port.address_pairs]


def _options(port: Port) -> list[dict[str, Any]]:
    return [
        {"opt_name": option.opt_name, "opt_value": option.opt_value, "ip_version": option.ip_version}
        for option in port.dhcp_options
    ]


def _vif_details(port: Port) -> dict[str, Any]:
    if not port.host_id:
        return {}
    return {"port_filter": True, "connectivity": "l2", "bound_drivers": {"0": "ovn"}}


def _names(port: Port) -> list[dict[str, str]]:
    return [
        {"hostname": each.hostname, "ip_address": each.ip_address, "fqdn": each.fqdn} for each in port.dns_assignment
    ]


def _trunk_details(port: Port) -> Any:
    return UNSET if port.trunk is None else show_details(port.trunk)


PORT = Resource(
    "port",
    "ports",
    (
        ID,
        NAME,
        *PROJECT,
        Attribute("network_id", read=readers.uuid, on=(CREATE,), is_required=True),
        Attribute("mac_address", read=readers.text_or_empty),
        ADMIN_STATE,
        Attribute("status"),
        Attribute("device_id", read=readers.text_or_empty),
        Attribute("device_owner", read=readers.text_or_empty),
        Attribute("fixed_ips", read=readers.fixed_ips),
        Attribute("security_groups", "security_group_ids", readers.uuids),
        Attribute("port_security_enabled", "has_port_security", readers.boolean),
        Attribute("allowed_address_pairs", "address_pairs", readers.address_pairs, show=_pairs, is_filter=False),
        Attribute("extra_dhcp_opts", "dhcp_options", readers.dhcp_options, show=_options, is_filter=False),
        Attribute("trunk_details", show=_trunk_details, is_filter=False),
        Attribute("dns_name", read=readers.lower_text),
        Attribute("dns_domain", read=readers.lower_text),
        Attribute("dns_assignment", show=_names, is_filter=False),
        QOS_POLICY,
        QOS_NETWORK_POLICY,
        Attribute("binding:vnic_type", "vnic_type", readers.text),
        Attribute("binding:host_id", "host_id", readers.text_or_empty, rule="get_port:binding:host_id"),
        Attribute(
            "binding:profile",
            "binding_profile",
            readers.mapping,
            rule="get_port:binding:profile",
            is_filter=False,
        ),
        Attribute(
            "binding:vif_type",
            show=lambda port: "ovs" if port.host_id else "unbound",
            rule="get_port:binding:vif_type",
            is_filter=False,
        ),
        Attribute("binding:vif_details", show=_vif_details, rule="get_port:binding:vif_details", is_filter=False),
        DESCRIPTION,
        TAGS,
        *HISTORY,
    ),
)


def list_ports(cloud: Cloud, req: Request) -> Reply:
    return PORT.many(cloud, req, cloud.network.ports.list(req.caller, PORT.listing(req.query)))


def create_port(cloud: Cloud, req: Request) -> Reply:
    ports = cloud.network.ports
    return create_all(cloud, req, PORT, lambda said: ports.create(req.caller, NewPort(**said)))


def show_port(cloud: Cloud, req: Request) -> Reply:
    return PORT.one(cloud, req, cloud.network.ports.get(req.caller, req.params["port_id"]))


def update_port(cloud: Cloud, req: Request) -> Reply:
    changes = PortChanges(**PORT.read_changes(req.body))
    with cloud.network.together():
        port = cloud.network.ports.get(req.caller, req.params["port_id"])
        require_revision(req, port.revision_number)
        return PORT.one(cloud, req, cloud.network.ports.update(req.caller, port.id, changes))


def delete_port(cloud: Cloud, req: Request) -> Reply:
    cloud.network.ports.delete(req.caller, req.params["port_id"])
    return Reply(204)
