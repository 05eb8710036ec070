"""Who may do what with networks: Neutron's own rule names and defaults."""

from __future__ import annotations

_OWN = "(role:member and project_id:%(project_id)s)"
_READ = "(role:reader and project_id:%(project_id)s)"
_ADMIN = "(rule:admin_only)"
_SERVICE = "(rule:service_api)"
_NET_MEMBER = "(role:member and rule:network_owner)"
_NET_READER = "(role:reader and rule:network_owner)"

_ADMIN_OR_SERVICE = f"{_ADMIN} or {_SERVICE}"
_ADMIN_OR_MEMBER = f"{_ADMIN} or {_OWN}"
_ADMIN_OR_READER = f"{_ADMIN} or {_READ}"
_ADMIN_SERVICE_OR_NET_OWNER = f"{_ADMIN_OR_SERVICE} or {_NET_MEMBER}"
_OWNER_OR_NET_OWNER = f"{_OWN} or {_ADMIN} or {_NET_MEMBER}"
_USES_NETWORK = f"{_ADMIN_SERVICE_OR_NET_OWNER} or rule:shared"

_BASE = {
    "context_is_admin": "role:admin",
    "context_with_global_access": "!",
    "context_is_advsvc": "role:advsvc",
    "service_api": "role:service",
    "admin_only": "rule:context_is_admin",
    "regular_user": "",
    "owner": "project_id:%(project_id)s",
    "admin_or_owner": "rule:context_is_admin or rule:owner",
    "network_owner": "project_id:%(network:project_id)s",
    "admin_or_network_owner": "rule:context_is_admin or project_id:%(network:project_id)s",
    "sg_owner": "project_id:%(security_group:project_id)s",
    "shared": "field:networks:shared=True",
    "shared_address_groups": "field:address_groups:shared=True",
    "shared_subnetpools": "field:subnetpools:shared=True",
    "shared_address_scopes": "field:address_scopes:shared=True",
    "shared_security_group": "field:security_groups:shared=True",
    "shared_qos_policy": "field:policies:shared=True",
    "external": "field:networks:router:external=True",
    "external_network": "field:subnets:router:external=True",
    "network_device": "field:port:device_owner=~^network:",
    "compute_device": "field:port:device_owner=~^compute:",
    "default": "rule:admin_or_owner",
}

_ADMIN_ATTRIBUTES = (
    "create_network:shared",
    "create_network:router:external",
    "create_network:is_default",
    "create_network:segments",
    "create_network:provider:network_type",
    "create_network:provider:physical_network",
    "create_network:provider:segmentation_id",
    "get_network:provider:network_type",
    "get_network:provider:physical_network",
    "get_network:provider:segmentation_id",
    "update_network:shared",
    "update_network:router:external",
    "update_network:is_default",
    "update_network:provider:network_type",
    "update_network:provider:physical_network",
    "update_network:provider:segmentation_id",
    "create_router:distributed",
    "create_router:ha",
    "get_router:distributed",
    "get_router:ha",
    "create_router:external_gateway_info:enable_snat",
    "create_router:external_gateway_info:external_fixed_ips",
    "update_router:external_gateway_info:enable_snat",
    "update_router:external_gateway_info:external_fixed_ips",
    "update_quota",
    "delete_quota",
    "get_agent",
    "update_agent",
    "delete_agent",
    "get_network_drift",
    "update_agent",
    "delete_agent",
)

_NETWORKS = {
    "create_network": _ADMIN_OR_MEMBER,
    "create_network:port_security_enabled": _ADMIN_OR_MEMBER,
    "get_network": f"{_ADMIN_OR_READER} or {_SERVICE} or rule:shared or rule:external",
    "update_network": _ADMIN_OR_MEMBER,
    "update_network:port_security_enabled": _ADMIN_OR_MEMBER,
    "delete_network": _ADMIN_OR_MEMBER,
    "create_subnet": f"{_ADMIN} or {_NET_MEMBER}",
    "create_subnet:service_types": f"{_ADMIN} or {_NET_MEMBER}",
    "get_subnet": f"{_READ} or rule:shared or rule:external_network or {_ADMIN} or {_NET_READER} or {_SERVICE}",
    "update_subnet": _OWNER_OR_NET_OWNER,
    "update_subnet:service_types": _OWNER_OR_NET_OWNER,
    "delete_subnet": _OWNER_OR_NET_OWNER,
    "get_network_ip_availability": _ADMIN_OR_SERVICE,
}

_PAIRS = f"{_ADMIN} or {_NET_MEMBER} or {_SERVICE}"
_PORTS = {
    "create_port": _USES_NETWORK,
    "create_port:device_id": f"{_ADMIN_OR_MEMBER} or {_SERVICE}",
    "create_port:device_owner": f"not rule:network_device or {_ADMIN_SERVICE_OR_NET_OWNER}",
    "create_port:mac_address": _ADMIN_SERVICE_OR_NET_OWNER,
    "create_port:fixed_ips": _USES_NETWORK,
    "create_port:fixed_ips:ip_address": _ADMIN_SERVICE_OR_NET_OWNER,
    "create_port:fixed_ips:subnet_id": _USES_NETWORK,
    "create_port:port_security_enabled": _ADMIN_SERVICE_OR_NET_OWNER,
    "create_port:binding:host_id": _ADMIN_OR_SERVICE,
    "create_port:binding:profile": _ADMIN_OR_SERVICE,
    "create_port:binding:vnic_type": f"{_ADMIN_OR_MEMBER} or {_SERVICE}",
    "create_port:allowed_address_pairs": _PAIRS,
    "get_port": f"{_ADMIN_OR_SERVICE} or {_NET_READER} or {_READ}",
    "get_port:binding:vif_type": _ADMIN_OR_SERVICE,
    "get_port:binding:vif_details": _ADMIN_OR_SERVICE,
    "get_port:binding:host_id": _ADMIN_OR_SERVICE,
    "get_port:binding:profile": _ADMIN_OR_SERVICE,
    "update_port": f"{_ADMIN_OR_SERVICE} or {_OWN}",
    "update_port:device_id": f"{_ADMIN_OR_MEMBER} or {_SERVICE}",
    "update_port:device_owner": f"not rule:network_device or {_ADMIN_SERVICE_OR_NET_OWNER}",
    "update_port:mac_address": f"{_ADMIN_OR_SERVICE} or (role:manager and rule:network_owner)",
    "update_port:fixed_ips": _ADMIN_SERVICE_OR_NET_OWNER,
    "update_port:fixed_ips:ip_address": _ADMIN_SERVICE_OR_NET_OWNER,
    "update_port:fixed_ips:subnet_id": _USES_NETWORK,
    "update_port:port_security_enabled": _ADMIN_SERVICE_OR_NET_OWNER,
    "update_port:binding:host_id": _ADMIN_OR_SERVICE,
    "update_port:binding:profile": _ADMIN_OR_SERVICE,
    "update_port:binding:vnic_type": f"{_ADMIN_OR_SERVICE} or {_OWN}",
    "update_port:allowed_address_pairs": _PAIRS,
    "delete_port": (
        f"{_ADMIN_OR_SERVICE} or (service_roles:service and ({_NET_MEMBER} or {_OWN})) or "
        f"(not rule:compute_device and ({_NET_MEMBER} or {_OWN}))"
    ),
}
"""`binding:profile` is for administrators too: the newest Neutron leaves it to services."""

_ROUTERS = {
    "create_router": _ADMIN_OR_MEMBER,
    "create_router:external_gateway_info": _ADMIN_OR_MEMBER,
    "get_router": _ADMIN_OR_READER,
    "update_router": _ADMIN_OR_MEMBER,
    "update_router:external_gateway_info": _ADMIN_OR_MEMBER,
    "delete_router": _ADMIN_OR_MEMBER,
    "add_router_interface": _ADMIN_OR_MEMBER,
    "remove_router_interface": _ADMIN_OR_MEMBER,
    "create_floatingip": _ADMIN_OR_MEMBER,
    "create_floatingip:floating_ip_address": f"{_ADMIN} or (role:manager and project_id:%(project_id)s)",
    "get_floatingip": _ADMIN_OR_READER,
    "update_floatingip": _ADMIN_OR_MEMBER,
    "delete_floatingip": _ADMIN_OR_MEMBER,
    "create_floatingip_port_forwarding": _ADMIN_OR_MEMBER,
    "get_floatingip_port_forwarding": _ADMIN_OR_READER,
    "update_floatingip_port_forwarding": _ADMIN_OR_MEMBER,
    "delete_floatingip_port_forwarding": _ADMIN_OR_MEMBER,
}

_SECURITY_GROUPS = {
    "create_security_group": _ADMIN_OR_MEMBER,
    "get_security_group": f"{_ADMIN_OR_READER} or rule:shared_security_group",
    "update_security_group": _ADMIN_OR_MEMBER,
    "delete_security_group": _ADMIN_OR_MEMBER,
    "create_security_group_rule": f"{_ADMIN} or (role:member and rule:sg_owner)",
    "get_security_group_rule": f"{_ADMIN} or (role:reader and rule:sg_owner) or rule:shared_security_group",
    "delete_security_group_rule": f"{_ADMIN} or (role:member and rule:sg_owner)",
}

_POOLS = {
    "create_address_group": _ADMIN_OR_MEMBER,
    "get_address_group": f"{_ADMIN_OR_READER} or rule:shared_address_groups",
    "update_address_group": _ADMIN_OR_MEMBER,
    "delete_address_group": _ADMIN_OR_MEMBER,
    "create_default_security_group_rule": "rule:admin_only",
    "get_default_security_group_rule": "role:reader",
    "delete_default_security_group_rule": "rule:admin_only",
    "create_address_scope": _ADMIN_OR_MEMBER,
    "create_address_scope:shared": "rule:admin_only",
    "get_address_scope": f"{_ADMIN_OR_READER} or rule:shared_address_scopes",
    "update_address_scope": _ADMIN_OR_MEMBER,
    "update_address_scope:shared": "rule:admin_only",
    "delete_address_scope": _ADMIN_OR_MEMBER,
    "create_subnetpool": _ADMIN_OR_MEMBER,
    "create_subnetpool:shared": "rule:admin_only",
    "create_subnetpool:is_default": "rule:admin_only",
    "get_subnetpool": f"{_ADMIN_OR_READER} or rule:shared_subnetpools",
    "update_subnetpool": _ADMIN_OR_MEMBER,
    "update_subnetpool:is_default": "rule:admin_only",
    "delete_subnetpool": _ADMIN_OR_MEMBER,
    "onboard_network_subnets": _ADMIN_OR_MEMBER,
    "add_prefixes": _ADMIN_OR_MEMBER,
    "remove_prefixes": _ADMIN_OR_MEMBER,
}

_NO_WILDCARD = "(not field:rbac_policy:target_tenant=*) or rule:admin_only"
_GRANTS = {
    "create_rbac_policy": _ADMIN_OR_MEMBER,
    "create_rbac_policy:target_tenant": _NO_WILDCARD,
    "update_rbac_policy": _ADMIN_OR_MEMBER,
    "update_rbac_policy:target_tenant": _NO_WILDCARD,
    "get_rbac_policy": _ADMIN_OR_READER,
    "delete_rbac_policy": _ADMIN_OR_MEMBER,
}

_QOS = {
    "create_policy": "rule:admin_only",
    "get_policy": f"{_ADMIN_OR_READER} or rule:shared_qos_policy",
    "update_policy": "rule:admin_only",
    "delete_policy": "rule:admin_only",
    "get_rule_type": "role:reader",
    "get_rule_type:drivers": "rule:admin_only",
    **{
        f"{verb}_policy_{kind}_rule": "rule:admin_only"
        for verb in ("create", "update", "delete")
        for kind in ("bandwidth_limit", "dscp_marking")
    },
}

_TRUNKS = {
    "create_trunk": _ADMIN_OR_MEMBER,
    "get_trunk": _ADMIN_OR_READER,
    "update_trunk": _ADMIN_OR_MEMBER,
    "delete_trunk": _ADMIN_OR_MEMBER,
    "get_subports": _ADMIN_OR_READER,
    "add_subports": _ADMIN_OR_MEMBER,
    "remove_subports": _ADMIN_OR_MEMBER,
}

_REST = {
    "get_auto_allocated_topology": _ADMIN_OR_READER,
    "delete_auto_allocated_topology": _ADMIN_OR_MEMBER,
    "get_quota": f"{_ADMIN} or (role:manager and project_id:%(project_id)s) or {_READ}",
    "get_availability_zone": "role:reader",
    "get_service_provider": "role:reader",
}
"""`get_quota` is for a project's readers too: what a project may have is no secret from it."""

RULES: dict[str, str] = {
    **_BASE,
    **dict.fromkeys(_ADMIN_ATTRIBUTES, "rule:admin_only"),
    **_NETWORKS,
    **_PORTS,
    **_ROUTERS,
    **_SECURITY_GROUPS,
    **_POOLS,
    **_GRANTS,
    **_QOS,
    **_TRUNKS,
    **_REST,
}

ATTRIBUTES = {
    "is_shared": "shared",
    "is_external": "router:external",
    "is_default": "is_default",
    "has_port_security": "port_security_enabled",
    "network_type": "provider:network_type",
    "physical_network": "provider:physical_network",
    "segmentation_id": "provider:segmentation_id",
    "service_types": "service_types",
    "device_id": "device_id",
    "device_owner": "device_owner",
    "mac_address": "mac_address",
    "fixed_ips": "fixed_ips",
    "host_id": "binding:host_id",
    "binding_profile": "binding:profile",
    "vnic_type": "binding:vnic_type",
    "address_pairs": "allowed_address_pairs",
    "address": "floating_ip_address",
}
"""A field of a noun -> its name in rules such as `create_network:shared`."""
