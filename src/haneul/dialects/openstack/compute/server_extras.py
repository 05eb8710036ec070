"""What hangs on a server: metadata, tags, security groups, network cards, events."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.security_groups import shown_groups
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.compute import Interface, WantedNic


def _id(req: Request) -> str:
    return req.params["server_id"]


# Metadata.


def list_server_metadata(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"metadata": dict(cloud.compute.servers.metadata(req.caller, _id(req)))})


def get_server_metadata(cloud: Cloud, req: Request) -> Reply:
    key = req.params["key"]
    return Reply(200, {"meta": {key: cloud.compute.servers.metadata_item(req.caller, _id(req), key)}})


def create_server_metadata(cloud: Cloud, req: Request) -> Reply:
    metadata = cloud.compute.servers.add_metadata(req.caller, _id(req), req.body["metadata"])
    return Reply(200, {"metadata": dict(metadata)})


def replace_server_metadata(cloud: Cloud, req: Request) -> Reply:
    metadata = cloud.compute.servers.set_metadata(req.caller, _id(req), req.body["metadata"])
    return Reply(200, {"metadata": dict(metadata)})


def set_server_metadata(cloud: Cloud, req: Request) -> Reply:
    item = req.body["meta"]
    if req.params["key"] not in item:
        raise Invalid("request.key_mismatch", "Request body and URI mismatch: name the same key in both.")
    cloud.compute.servers.add_metadata(req.caller, _id(req), item, "server-metadata:update")
    return Reply(200, {"meta": item})


def remove_server_metadata(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.remove_metadata(req.caller, _id(req), req.params["key"])
    return Reply(204)


# Tags, since 2.26.


def list_server_tags(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"tags": list(cloud.compute.servers.tags(req.caller, _id(req)))})


def get_server_tag(cloud: Cloud, req: Request) -> Reply:
    tag = req.params["tag"]
    if tag not in cloud.compute.servers.tags(req.caller, _id(req), "show"):
        raise NotFound("server.no_tag", f"Server {_id(req)} has no tag '{tag}'.")
    return Reply(204)


def set_server_tags(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"tags": list(cloud.compute.servers.set_tags(req.caller, _id(req), req.body["tags"]))})


def add_server_tag(cloud: Cloud, req: Request) -> Reply:
    tag = req.params["tag"]
    if len(tag) > 60 or "," in tag or "/" in tag:
        raise Invalid("server.tag_malformed", f"Tag '{tag}' is invalid: 60 characters at most, no comma, no slash.")
    if cloud.compute.servers.add_tag(req.caller, _id(req), tag):
        return Reply(201, None, {"location": req.url})
    return Reply(204)


def remove_server_tag(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.remove_tag(req.caller, _id(req), req.params["tag"])
    return Reply(204)


def remove_server_tags(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.remove_tags(req.caller, _id(req))
    return Reply(204)


# Security groups and network cards.


def list_server_security_groups(cloud: Cloud, req: Request) -> Reply:
    groups = cloud.compute.servers.security_groups(req.caller, _id(req))
    return Reply(200, {"security_groups": shown_groups(cloud, req, groups)})


def list_interfaces(cloud: Cloud, req: Request) -> Reply:
    found = cloud.compute.servers.interfaces(req.caller, _id(req))
    return Reply(200, {"interfaceAttachments": [_interface(each) for each in found]})


def get_interface(cloud: Cloud, req: Request) -> Reply:
    found = cloud.compute.servers.interface(req.caller, _id(req), req.params["port_id"])
    return Reply(200, {"interfaceAttachment": _interface(found)})


def attach_interface(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["interfaceAttachment"]
    fixed = asked.get("fixed_ips") or [{"ip_address": ""}]
    if asked.get("port_id") and asked.get("net_id"):
        raise Invalid("interface.two_ways", "Must not input both network_id and port_id: choose one.")
    if asked.get("fixed_ips") and not asked.get("net_id"):
        raise Invalid("interface.no_network", "Must input network_id when request IP address: name the network.")
    wanted = WantedNic(
        asked.get("net_id", ""), asked.get("port_id", ""), fixed[0]["ip_address"], asked.get("tag") or ""
    )
    made = cloud.compute.servers.attach_interface(req.caller, _id(req), wanted)
    return Reply(200, {"interfaceAttachment": _interface(made)})


def detach_interface(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.detach_interface(req.caller, _id(req), req.params["port_id"])
    return Reply(202)


def _interface(interface: Interface) -> dict[str, Any]:
    return {
        "port_state": interface.status,
        "port_id": interface.port_id,
        "net_id": interface.network_id,
        "mac_addr": interface.mac,
        "fixed_ips": [{"subnet_id": subnet_id, "ip_address": ip} for subnet_id, ip in interface.fixed_ips],
        "tag": interface.tag or None,
    }


def create_external_events(cloud: Cloud, req: Request) -> Reply:
    """Somebody who plugs for the cloud tells that it is done: whatever waits for it looks again."""
    shown, statuses = [], set()
    for event in req.body["events"]:
        is_known = cloud.compute.servers.tell(req.caller, event["server_uuid"])
        code = 200 if is_known else 404
        statuses.add(code)
        shown.append({**event, "status": event.get("status", "completed") if is_known else "failed", "code": code})
    if statuses == {404}:
        raise NotFound("server.absent", "No instances found for any event.")
    return Reply(200 if statuses == {200} else 207, {"events": shown})
