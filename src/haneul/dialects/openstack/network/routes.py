"""Networking API v2.0, all of it."""

from __future__ import annotations

from haneul.dialects.openstack.network import (
    agents,
    discovery,
    floating_ips,
    grants,
    networks,
    ports,
    quotas,
    routers,
    security_groups,
    subnets,
    tags,
)
from haneul.kit.http import Route

_TAGGED = "/v2.0/{noun}/{noun_id}/tags"

ROUTES = (
    Route("GET", "/", discovery.list_versions, public=True),
    Route("GET", "/v2.0", discovery.list_resources, public=True),
    Route("GET", "/v2.0/extensions", discovery.list_extensions),
    Route("GET", "/v2.0/extensions/{alias}", discovery.show_extension),
    # Networks and their subnets
    Route("GET", "/v2.0/networks", networks.list_networks),
    Route("POST", "/v2.0/networks", networks.create_network),
    Route("GET", "/v2.0/networks/{network_id}", networks.show_network),
    Route("PUT", "/v2.0/networks/{network_id}", networks.update_network),
    Route("DELETE", "/v2.0/networks/{network_id}", networks.delete_network),
    Route("GET", "/v2.0/subnets", subnets.list_subnets),
    Route("POST", "/v2.0/subnets", subnets.create_subnet),
    Route("GET", "/v2.0/subnets/{subnet_id}", subnets.show_subnet),
    Route("PUT", "/v2.0/subnets/{subnet_id}", subnets.update_subnet),
    Route("DELETE", "/v2.0/subnets/{subnet_id}", subnets.delete_subnet),
    Route("GET", "/v2.0/network-ip-availabilities", agents.list_network_ip_availabilities),
    Route("GET", "/v2.0/network-ip-availabilities/{network_id}", agents.show_network_ip_availability),
    # Ports
    Route("GET", "/v2.0/ports", ports.list_ports),
    Route("POST", "/v2.0/ports", ports.create_port),
    Route("GET", "/v2.0/ports/{port_id}", ports.show_port),
    Route("PUT", "/v2.0/ports/{port_id}", ports.update_port),
    Route("DELETE", "/v2.0/ports/{port_id}", ports.delete_port),
    # Routers and floating IPs
    Route("GET", "/v2.0/routers", routers.list_routers),
    Route("POST", "/v2.0/routers", routers.create_router),
    Route("GET", "/v2.0/routers/{router_id}", routers.show_router),
    Route("PUT", "/v2.0/routers/{router_id}", routers.update_router),
    Route("DELETE", "/v2.0/routers/{router_id}", routers.delete_router),
    Route("PUT", "/v2.0/routers/{router_id}/add_router_interface", routers.add_router_interface),
    Route("PUT", "/v2.0/routers/{router_id}/remove_router_interface", routers.remove_router_interface),
    Route("PUT", "/v2.0/routers/{router_id}/add_extraroutes", routers.add_extraroutes),
    Route("PUT", "/v2.0/routers/{router_id}/remove_extraroutes", routers.remove_extraroutes),
    Route("GET", "/v2.0/floatingips", floating_ips.list_floatingips),
    Route("POST", "/v2.0/floatingips", floating_ips.create_floatingip),
    Route("GET", "/v2.0/floatingips/{floatingip_id}", floating_ips.show_floatingip),
    Route("PUT", "/v2.0/floatingips/{floatingip_id}", floating_ips.update_floatingip),
    Route("DELETE", "/v2.0/floatingips/{floatingip_id}", floating_ips.delete_floatingip),
    # Security groups
    Route("GET", "/v2.0/security-groups", security_groups.list_security_groups),
    Route("POST", "/v2.0/security-groups", security_groups.create_security_group),
    Route("GET", "/v2.0/security-groups/{security_group_id}", security_groups.show_security_group),
    Route("PUT", "/v2.0/security-groups/{security_group_id}", security_groups.update_security_group),
    Route("DELETE", "/v2.0/security-groups/{security_group_id}", security_groups.delete_security_group),
    Route("GET", "/v2.0/security-group-rules", security_groups.list_security_group_rules),
    Route("POST", "/v2.0/security-group-rules", security_groups.create_security_group_rule),
    Route("GET", "/v2.0/security-group-rules/{rule_id}", security_groups.show_security_group_rule),
    Route("DELETE", "/v2.0/security-group-rules/{rule_id}", security_groups.delete_security_group_rule),
    # What projects share
    Route("GET", "/v2.0/rbac-policies", grants.list_rbac_policies),
    Route("POST", "/v2.0/rbac-policies", grants.create_rbac_policy),
    Route("GET", "/v2.0/rbac-policies/{rbac_policy_id}", grants.show_rbac_policy),
    Route("PUT", "/v2.0/rbac-policies/{rbac_policy_id}", grants.update_rbac_policy),
    Route("DELETE", "/v2.0/rbac-policies/{rbac_policy_id}", grants.delete_rbac_policy),
    # Quotas
    Route("GET", "/v2.0/quotas", quotas.list_quotas),
    Route("GET", "/v2.0/quotas/tenant", quotas.show_own_project),
    Route("GET", "/v2.0/quotas/project", quotas.show_own_project),
    Route("GET", "/v2.0/quotas/{project_id}", quotas.show_quota),
    Route("PUT", "/v2.0/quotas/{project_id}", quotas.update_quota),
    Route("DELETE", "/v2.0/quotas/{project_id}", quotas.delete_quota),
    Route("GET", "/v2.0/quotas/{project_id}/default", quotas.show_default_quota),
    Route("GET", "/v2.0/quotas/{project_id}/details", quotas.show_quota_details),
    Route("GET", "/v2.0/quotas/{project_id}/details.json", quotas.show_quota_details),
    # What carries it all
    Route("GET", "/v2.0/agents", agents.list_agents),
    Route("GET", "/v2.0/agents/{agent_id}", agents.show_agent),
    Route("GET", "/v2.0/availability_zones", agents.list_availability_zones),
    # Tags of networks, subnets, ports, routers, floating IPs and security groups
    Route("GET", _TAGGED, tags.list_tags),
    Route("PUT", _TAGGED, tags.replace_tags),
    Route("DELETE", _TAGGED, tags.delete_tags),
    Route("GET", _TAGGED + "/{tag}", tags.show_tag),
    Route("PUT", _TAGGED + "/{tag}", tags.add_tag),
    Route("DELETE", _TAGGED + "/{tag}", tags.delete_tag),
)
