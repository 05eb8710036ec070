"""Versions, resources and extensions: by the list of extensions clients decide what they may use."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import NotFound
from haneul.kit.http import Reply, Request

_COLLECTIONS = {
    "network": "networks",
    "subnet": "subnets",
    "port": "ports",
    "router": "routers",
    "floatingip": "floatingips",
    "floatingip_pool": "floatingip_pools",
    "security_group": "security-groups",
    "security_group_rule": "security-group-rules",
    "subnetpool": "subnetpools",
    "address_scope": "address-scopes",
    "default_security_group_rule": "default-security-group-rules",
    "address_group": "address-groups",
    "rbac_policy": "rbac-policies",
    "trunk": "trunks",
    "policy": "qos/policies",
    "rule_type": "qos/rule-types",
    "quota": "quotas",
    "agent": "agents",
    "availability_zone": "availability_zones",
    "network_ip_availability": "network-ip-availabilities",
    "auto_allocated_topology": "auto-allocated-topology",
    "service_provider": "service-providers",
    "extension": "extensions",
}

EXTENSIONS: dict[str, tuple[str, str]] = {
    "aap-reject-multicast": ("Allowed address pairs reject multicast extension", "Pairs of multicast are refused."),
    "address-group": ("Address group", "Ranges that rules name together."),
    "address-scope": ("Address scope", "Within one, no addresses are in two subnet pools."),
    "agent": ("agent", "The programs that carry the networks on the hosts."),
    "agent_sort_key": ("Agents Sort Key", "Agents in an order."),
    "allowed-address-pairs": ("Allowed Address Pairs", "Addresses that a port may use beside its own."),
    "auto-allocated-topology": ("Auto Allocated Topology Services", "A network for a project that asks for any."),
    "availability_zone": ("Availability Zone", "Zones that hosts are in."),
    "availability_zone_filter": ("Availability Zone Filter Extension", "Filters on availability zones."),
    "binding": ("Port Binding", "On which host a port is, and how."),
    "default-subnetpools": ("Default Subnetpools", "A pool for who names none."),
    "dns-domain-ports": ("dns_domain for ports", "DNS domains of ports."),
    "dns-integration": ("DNS Integration", "Names of guests, answered on their networks."),
    "empty-string-filtering": ("Empty String Filtering Extension", "Filters by the empty string."),
    "expose-port-forwarding-in-fip": ("Expose Port Forwarding in FIP", "Floating IPs tell of their forwardings."),
    "ext-gw-mode": ("Neutron L3 Configurable external gateway mode", "Gateways with and without source NAT."),
    "external-net": ("Neutron external network", "Networks that lead outside."),
    "extra_dhcp_opt": ("Neutron Extra DHCP options", "More options for a port's DHCP."),
    "extraroute": ("Neutron Extra Route", "Routes of a router beside those to its own subnets."),
    "extraroute-atomic": ("Atomically add/remove extra routes", "Routes added and removed one by one."),
    "filter-validation": ("Filter parameters validation", "Unknown filters are refused."),
    "fip-port-details": ("Floating IP Port Details Extension", "Floating IPs tell of the port that they lead to."),
    "floating-ip-port-forwarding": ("Floating IP Port Forwarding", "Single ports of a floating IP."),
    "floating-ip-port-forwarding-description": ("Floating IP Port Forwarding Description", "Descriptions of them."),
    "floating-ip-port-forwarding-detail": ("Floating IP Port Forwarding Detail", "Which port they lead to."),
    "floating-ip-port-forwarding-port-ranges": ("Floating IP Port Forwarding port ranges", "Ranges of ports."),
    "floating-ip-router-writable": ("Floating IP Router (writable)", "Which router answers for a floating IP."),
    "floatingip-pools": ("Floating IP Pools Extension", "The subnets that floating IPs are from."),
    "ip-substring-filtering": ("IP address substring filtering", "Ports found by a part of their address."),
    "l2_adjacency": ("L2 Adjacency", "Whether a network is one broadcast domain."),
    "net-mtu": ("Network MTU", "The largest packet of a network."),
    "net-mtu-writable": ("Network MTU (writable)", "The largest packet of a network, chosen by its owner."),
    "network-ip-availability": ("Network IP Availability", "How many addresses are given."),
    "network_availability_zone": ("Network Availability Zone", "Zones that a network should be in."),
    "pagination": ("Pagination support", "Listings in pages."),
    "port-mac-address-regenerate": ("Neutron Port MAC address regenerate", "A port's MAC made anew by null."),
    "port-security": ("Port Security", "Ports that may send from their own addresses only."),
    "port-security-groups-filtering": ("Port filtering on security groups", "Ports found by their groups."),
    "project-id": ("project_id field enabled", "Things belong to projects."),
    "provider": ("Provider Network", "Networks on the provider's own wires."),
    "qos": ("Quality of Service", "How much a port may send and receive, and how its packets are marked."),
    "qos-bw-limit-direction": ("Direction for QoS bandwidth limit rule", "Limits for either direction."),
    "qos-default": ("QoS default policy", "A policy that a project's new networks have."),
    "qos-fip": ("Floating IP QoS", "Policies of floating IPs."),
    "qos-fip-network-policy": ("QoS floating IP network policy ID", "A floating IP's policy by its network."),
    "qos-port-network-policy": ("QoS port network policy ID", "A port's policy by its network."),
    "qos-rule-type-details": ("Details of QoS rule types", "What the rules may say."),
    "qos-rule-type-filter": ("Allow to filter the list of QoS rule types", "Those that work, or all that there are."),
    "qos-rules-alias": ("Quality of Service rules alias API", "Rules found without their policy."),
    "quota-check-limit": ("Quota engine limit check", "Quotas refused below what is in use, if asked."),
    "quota-check-limit-default": ("Quota engine limit check by default", "Refused unless it is said not to ask."),
    "quota_details": ("Quota details management support", "How much of a quota is used."),
    "quotas": ("Quota management support", "How much a project may have."),
    "rbac-address-group": ("Add address_group type to RBAC", "Address groups used by other projects."),
    "rbac-address-scope": ("Address scope RBAC", "Address scopes used by other projects."),
    "rbac-policies": ("RBAC Policies", "Networks used by other projects."),
    "rbac-security-groups": ("Add security_group type to network RBAC", "Security groups used by other projects."),
    "rbac-subnetpool": ("Subnet pool RBAC", "Subnet pools used by other projects."),
    "revision-if-match": ("If-Match constraints based on revision_number", "Changes of what was seen only."),
    "router": ("Neutron L3 Router", "Routers and floating IPs."),
    "router_availability_zone": ("Router Availability Zone", "Zones that a router should be in."),
    "security-group": ("security-group", "What may reach a port, and leave it."),
    "security-groups-normalized-cidr": ("Normalized CIDR field for security group rules", "Ranges in one form."),
    "security-groups-default-rules": ("Default security group rules", "What new security groups begin with."),
    "security-groups-remote-address-group": ("Remote address group", "Rules about address groups."),
    "security-groups-rules-belongs-to-default-sg": (
        "Security group rule belongs to the project's default security group",
        "Rules found by whether their group is a default one.",
    ),
    "security-groups-shared-filtering": ("Security group filtering on the shared field", "Groups found by sharing."),
    "service-type": ("Neutron Service Type Management", "Which programs carry routers."),
    "sort-key-validation": ("Sort key validation", "Unknown keys to sort by are refused."),
    "sorting": ("Sorting support", "Listings in an order."),
    "standard-attr-description": ("standard-attr-description", "Descriptions."),
    "standard-attr-revisions": ("Resource revision numbers", "How often a thing was changed."),
    "standard-attr-tag": ("Tag support for resources with standard attribute", "Tags."),
    "standard-attr-timestamp": ("Resource timestamps", "When a thing was made and changed."),
    "stateful-security-group": ("Stateful security group", "Groups that remember connections, and that do not."),
    "subnet_allocation": ("Subnet Allocation", "Subnets cut from pools."),
    "subnet_onboard": ("Subnet Onboard", "Subnets taken into pools."),
    "subnetpool-prefix-ops": ("Subnet Pool Prefix Operations", "Ranges added to pools, and taken away."),
    "subnet-external-network": ("Subnet external network", "Subnets found by whether they lead outside."),
    "subnet-service-types": ("Subnet service types", "Subnets for certain kinds of ports."),
    "tag-creation": ("Tag creation extension", "Several tags added at once."),
    "tag-ports-during-bulk-creation": ("Tag Ports During Bulk Creation", "Tags given when ports are made."),
    "trunk": ("Trunk Extension", "Ports that carry several networks, told apart by tags."),
    "trunk-details": ("Trunk port details", "A trunk as its port shows it."),
}
"""Alias -> Neutron's name of it, and what it is for. Exactly what works."""

_UPDATED = "2026-01-01T00:00:00-00:00"


def list_versions(_cloud: Cloud, req: Request) -> Reply:
    links = [{"rel": "self", "href": f"{req.api_url}/v2.0/"}]
    return Reply(200, {"versions": [{"id": "v2.0", "status": "CURRENT", "links": links}]})


def list_resources(_cloud: Cloud, req: Request) -> Reply:
    resources = [
        {
            "name": singular,
            "collection": path.replace("-", "_"),
            "links": [{"rel": "self", "href": f"{req.api_url}/v2.0/{path}"}],
        }
        for singular, path in _COLLECTIONS.items()
    ]
    return Reply(200, {"resources": resources})


def list_extensions(_cloud: Cloud, _req: Request) -> Reply:
    return Reply(200, {"extensions": [_extension(alias) for alias in EXTENSIONS]})


def show_extension(_cloud: Cloud, req: Request) -> Reply:
    alias = req.params["alias"]
    if alias not in EXTENSIONS:
        raise NotFound("request.no_resource", f"Extension with alias {alias} does not exist: see the list of them.")
    return Reply(200, {"extension": _extension(alias)})


def _extension(alias: str) -> dict[str, Any]:
    name, description = EXTENSIONS[alias]
    return {"alias": alias, "name": name, "description": description, "updated": _UPDATED, "links": []}
