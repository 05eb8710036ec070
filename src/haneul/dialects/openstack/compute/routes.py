"""The compute API on one screen."""

from __future__ import annotations

from haneul.dialects.openstack.compute import (
    actions,
    aggregates,
    audit,
    block_storage,
    consoles,
    diagnostics,
    discovery,
    flavors,
    gone,
    hosts,
    hypervisors,
    images,
    instance_actions,
    keypairs,
    migrations,
    networks,
    quotas,
    security_groups,
    server_extras,
    server_groups,
    servers,
    services,
    volumes,
)
from haneul.dialects.openstack.compute.schemas import catalogue
from haneul.dialects.openstack.compute.schemas import servers as bodies
from haneul.kit.http import Route

_SERVER = "/v2.1/servers/{server_id}"
_VOLUMES = _SERVER + "/os-volume_attachments"
_FLAVOR = "/v2.1/flavors/{flavor_id}"
_HYPERVISORS = "/v2.1/os-hypervisors"
_QUOTA = "/v2.1/os-quota-sets/{project_id}"
_GROUPS = "/v2.1/os-security-groups"
_RULES = "/v2.1/os-security-group-rules"
_HOST = "/v2.1/os-hosts/{host}"
_FLOATING = "/v2.1/os-floating-ips"
_IMAGE = "/v2.1/images/{image_id}"
_AGGREGATE = "/v2.1/os-aggregates/{aggregate_id}"
_CLASS = "/v2.1/os-quota-class-sets/{name}"

_ONE_ACTION = {"type": "object", "minProperties": 1, "maxProperties": 1}

ROUTES = (
    Route("GET", "/", discovery.list_versions, public=True),
    Route("GET", "/v2", discovery.get_old_version, public=True),
    Route("GET", "/v2.1", discovery.get_version, public=True),
    Route("GET", "/v2.1/extensions", discovery.list_extensions),
    Route("GET", "/v2.1/extensions/{alias}", discovery.get_extension),
    # Servers
    Route("POST", "/v2.1/servers", servers.create_server, schema=bodies.CREATE_SERVER),
    Route("GET", "/v2.1/servers", servers.list_servers, query=bodies.LIST_SERVERS),
    Route("GET", "/v2.1/servers/detail", servers.list_servers_detail, query=bodies.LIST_SERVERS),
    Route("GET", _SERVER, servers.get_server),
    Route("PUT", _SERVER, servers.update_server, schema=bodies.UPDATE_SERVER),
    Route("DELETE", _SERVER, servers.delete_server),
    Route("POST", _SERVER + "/action", actions.server_action, schema=_ONE_ACTION),
    Route("GET", _SERVER + "/ips", servers.list_addresses),
    Route("GET", _SERVER + "/ips/{network}", servers.get_addresses),
    Route("GET", _SERVER + "/metadata", server_extras.list_server_metadata),
    Route("POST", _SERVER + "/metadata", server_extras.create_server_metadata, schema=bodies.METADATA_BODY),
    Route("PUT", _SERVER + "/metadata", server_extras.replace_server_metadata, schema=bodies.METADATA_BODY),
    Route("GET", _SERVER + "/metadata/{key}", server_extras.get_server_metadata),
    Route("PUT", _SERVER + "/metadata/{key}", server_extras.set_server_metadata, schema=bodies.META_BODY),
    Route("DELETE", _SERVER + "/metadata/{key}", server_extras.remove_server_metadata),
    Route("GET", _SERVER + "/tags", server_extras.list_server_tags, since="2.26"),
    Route("PUT", _SERVER + "/tags", server_extras.set_server_tags, schema=bodies.TAGS_BODY, since="2.26"),
    Route("DELETE", _SERVER + "/tags", server_extras.remove_server_tags, since="2.26"),
    Route("GET", _SERVER + "/tags/{tag}", server_extras.get_server_tag, since="2.26"),
    Route("PUT", _SERVER + "/tags/{tag}", server_extras.add_server_tag, since="2.26"),
    Route("DELETE", _SERVER + "/tags/{tag}", server_extras.remove_server_tag, since="2.26"),
    Route("GET", _SERVER + "/os-security-groups", server_extras.list_server_security_groups),
    Route("GET", _SERVER + "/os-interface", server_extras.list_interfaces),
    Route("POST", _SERVER + "/os-interface", server_extras.attach_interface, schema=bodies.ATTACH_INTERFACE),
    Route("GET", _SERVER + "/os-interface/{port_id}", server_extras.get_interface),
    Route("DELETE", _SERVER + "/os-interface/{port_id}", server_extras.detach_interface),
    Route("GET", _VOLUMES, volumes.list_volume_attachments),
    Route("POST", _VOLUMES, volumes.attach_volume, schema=volumes.ATTACH),
    Route("GET", _VOLUMES + "/{volume_id}", volumes.get_volume_attachment),
    Route("PUT", _VOLUMES + "/{volume_id}", volumes.update_volume_attachment, schema=volumes.UPDATE),
    Route("DELETE", _VOLUMES + "/{volume_id}", volumes.detach_volume),
    Route("GET", _SERVER + "/os-instance-actions", instance_actions.list_instance_actions, query=bodies.ACTIONS_QUERY),
    Route("GET", _SERVER + "/os-instance-actions/{request_id}", instance_actions.get_instance_action),
    Route("GET", _SERVER + "/diagnostics", diagnostics.get_server_diagnostics),
    Route("GET", _SERVER + "/topology", diagnostics.get_server_topology, since="2.78"),
    Route("GET", _SERVER + "/os-server-password", consoles.get_password),
    Route("DELETE", _SERVER + "/os-server-password", consoles.clear_password),
    Route("GET", _SERVER + "/migrations", migrations.list_server_migrations, since="2.23"),
    Route("GET", _SERVER + "/migrations/{migration_id}", migrations.get_server_migration, since="2.23"),
    Route("DELETE", _SERVER + "/migrations/{migration_id}", migrations.abort_server_migration, since="2.24"),
    Route(
        "POST",
        _SERVER + "/migrations/{migration_id}/action",
        migrations.force_complete_migration,
        schema=migrations.FORCE_COMPLETE,
        since="2.22",
    ),
    Route("GET", "/v2.1/os-migrations", migrations.list_migrations, query=migrations.LIST),
    Route(
        "POST", _SERVER + "/remote-consoles", consoles.create_remote_console, schema=bodies.REMOTE_CONSOLE, since="2.6"
    ),
    Route("GET", "/v2.1/os-console-auth-tokens/{token}", consoles.get_console_auth_token, since="2.31"),
    Route("GET", "/v2.1/os-console-auth-tokens/{token}", consoles.get_rdp_token, until="2.30"),
    Route(
        "POST",
        "/v2.1/os-server-external-events",
        server_extras.create_external_events,
        schema=bodies.EXTERNAL_EVENTS,
    ),
    # Server groups
    Route("GET", "/v2.1/os-server-groups", server_groups.list_server_groups, query=server_groups.LIST),
    Route("POST", "/v2.1/os-server-groups", server_groups.create_server_group, schema=server_groups.CREATE),
    Route("GET", "/v2.1/os-server-groups/{group_id}", server_groups.get_server_group),
    Route("DELETE", "/v2.1/os-server-groups/{group_id}", server_groups.delete_server_group),
    # Security groups, until 2.35
    Route("GET", _GROUPS, security_groups.list_security_groups, until="2.35"),
    Route("POST", _GROUPS, security_groups.create_security_group, schema=bodies.SECURITY_GROUP, until="2.35"),
    Route("DELETE", _GROUPS + "/", security_groups.no_security_group, until="2.35"),
    Route("GET", _GROUPS + "/{group_id}", security_groups.get_security_group, until="2.35"),
    Route(
        "PUT",
        _GROUPS + "/{group_id}",
        security_groups.update_security_group,
        schema=bodies.SECURITY_GROUP,
        until="2.35",
    ),
    Route("DELETE", _GROUPS + "/{group_id}", security_groups.delete_security_group, until="2.35"),
    Route("POST", _RULES, security_groups.create_security_group_rule, schema=bodies.SECURITY_GROUP_RULE, until="2.35"),
    Route("DELETE", _RULES + "/{rule_id}", security_groups.delete_security_group_rule, until="2.35"),
    # Networks and floating IPs, until 2.35
    Route("GET", "/v2.1/os-networks", networks.list_networks, until="2.35"),
    Route("GET", "/v2.1/os-networks/{network_id}", networks.get_network, until="2.35"),
    Route("GET", "/v2.1/os-tenant-networks", networks.list_tenant_networks, until="2.35"),
    Route("GET", "/v2.1/os-tenant-networks/{network_id}", networks.get_tenant_network, until="2.35"),
    Route("GET", "/v2.1/os-floating-ip-pools", networks.list_floating_ip_pools, until="2.35"),
    Route("GET", _FLOATING, networks.list_floating_ips, until="2.35"),
    Route("POST", _FLOATING, networks.create_floating_ip, schema=networks.CREATE_FLOATING_IP, until="2.35"),
    Route("GET", _FLOATING + "/{floating_ip_id}", networks.get_floating_ip, until="2.35"),
    Route("DELETE", _FLOATING + "/{floating_ip_id}", networks.delete_floating_ip, until="2.35"),
    # Images, until 2.35; their metadata, until 2.38
    Route("GET", "/v2.1/images", images.list_images, query=images.LIST, until="2.35"),
    Route("GET", "/v2.1/images/detail", images.list_images_detail, query=images.LIST, until="2.35"),
    Route("GET", _IMAGE, images.get_image, until="2.35"),
    Route("DELETE", "/v2.1/images/", images.no_image, until="2.35"),
    Route("DELETE", _IMAGE, images.delete_image, until="2.35"),
    Route("GET", _IMAGE + "/metadata", images.list_image_metadata, until="2.38"),
    Route("POST", _IMAGE + "/metadata", images.add_image_metadata, schema=images.METADATA_BODY, until="2.38"),
    Route("PUT", _IMAGE + "/metadata", images.replace_image_metadata, schema=images.METADATA_BODY, until="2.38"),
    Route("GET", _IMAGE + "/metadata/{key}", images.get_image_metadata, until="2.38"),
    Route("PUT", _IMAGE + "/metadata/{key}", images.set_image_metadata, schema=images.META_BODY, until="2.38"),
    Route("DELETE", _IMAGE + "/metadata/{key}", images.delete_image_metadata, until="2.38"),
    # Flavors
    Route("GET", "/v2.1/flavors", flavors.list_flavors, query=catalogue.LIST_FLAVORS),
    Route("POST", "/v2.1/flavors", flavors.create_flavor, schema=catalogue.CREATE_FLAVOR),
    Route("GET", "/v2.1/flavors/detail", flavors.list_flavors_detail, query=catalogue.LIST_FLAVORS),
    Route("GET", _FLAVOR, flavors.get_flavor),
    Route("PUT", _FLAVOR, flavors.update_flavor, schema=catalogue.UPDATE_FLAVOR, since="2.55"),
    Route("DELETE", _FLAVOR, flavors.delete_flavor),
    Route("POST", _FLAVOR + "/action", flavors.flavor_action, schema=catalogue.FLAVOR_ACTION),
    Route("GET", _FLAVOR + "/os-flavor-access", flavors.list_flavor_access),
    Route("GET", _FLAVOR + "/os-extra_specs", flavors.list_extra_specs),
    Route("POST", _FLAVOR + "/os-extra_specs", flavors.create_extra_specs, schema=catalogue.CREATE_EXTRA_SPECS),
    Route("GET", _FLAVOR + "/os-extra_specs/{key}", flavors.get_extra_spec),
    Route("PUT", _FLAVOR + "/os-extra_specs/{key}", flavors.update_extra_spec, schema=catalogue.UPDATE_EXTRA_SPEC),
    Route("DELETE", _FLAVOR + "/os-extra_specs/{key}", flavors.delete_extra_spec),
    # Keypairs
    Route("GET", "/v2.1/os-keypairs", keypairs.list_keypairs, query=catalogue.LIST_KEYPAIRS),
    Route("POST", "/v2.1/os-keypairs", keypairs.create_keypair, schema=catalogue.CREATE_KEYPAIR),
    Route("GET", "/v2.1/os-keypairs/{name}", keypairs.get_keypair, query=catalogue.ONE_KEYPAIR),
    Route("DELETE", "/v2.1/os-keypairs/{name}", keypairs.delete_keypair, query=catalogue.ONE_KEYPAIR),
    # Quotas, limits, usage
    Route("GET", _QUOTA, quotas.get_quota_set, query=catalogue.QUOTA_QUERY),
    Route("PUT", _QUOTA, quotas.update_quota_set, schema=catalogue.UPDATE_QUOTA_SET, query=catalogue.QUOTA_QUERY),
    Route("DELETE", _QUOTA, quotas.delete_quota_set, query=catalogue.QUOTA_QUERY),
    Route("GET", _QUOTA + "/defaults", quotas.get_default_quota_set),
    Route("GET", _QUOTA + "/detail", quotas.get_quota_set_detail, query=catalogue.QUOTA_QUERY),
    Route("GET", _CLASS, quotas.get_quota_class),
    Route("PUT", _CLASS, quotas.update_quota_class, schema=catalogue.UPDATE_QUOTA_CLASS),
    Route("GET", "/v2.1/limits", quotas.get_limits, query=catalogue.LIMITS_QUERY),
    Route("GET", "/v2.1/os-simple-tenant-usage", quotas.list_usage, query=catalogue.USAGE_QUERY),
    Route("GET", "/v2.1/os-simple-tenant-usage/", quotas.no_project),
    Route("GET", "/v2.1/os-simple-tenant-usage/{project_id}", quotas.get_usage, query=catalogue.USAGE_QUERY),
    # Hosts
    Route("GET", "/v2.1/os-availability-zone", services.list_zones),
    Route("GET", "/v2.1/os-availability-zone/detail", services.list_zones_detail),
    Route("GET", "/v2.1/os-aggregates", aggregates.list_aggregates),
    Route("POST", "/v2.1/os-aggregates", aggregates.create_aggregate, schema=aggregates.CREATE),
    Route("GET", _AGGREGATE, aggregates.get_aggregate),
    Route("PUT", _AGGREGATE, aggregates.update_aggregate, schema=aggregates.UPDATE),
    Route("DELETE", _AGGREGATE, aggregates.delete_aggregate),
    Route("POST", _AGGREGATE + "/action", aggregates.aggregate_action, schema=aggregates.ACTION),
    Route("POST", _AGGREGATE + "/images", aggregates.cache_images, schema=aggregates.CACHE, since="2.81"),
    Route("GET", "/v2.1/os-services", services.list_services, query=catalogue.LIST_SERVICES),
    Route(
        "PUT", "/v2.1/os-services/{service_id}", services.update_service, schema=catalogue.UPDATE_SERVICE, since="2.53"
    ),
    Route("PUT", "/v2.1/os-services/{action}", services.change_service, schema=catalogue.CHANGE_SERVICE, until="2.52"),
    Route("DELETE", "/v2.1/os-services/{service_id}", services.delete_service),
    Route("GET", "/v2.1/os-hosts", hosts.list_hosts, until="2.42"),
    Route("GET", _HOST, hosts.get_host, until="2.42"),
    Route("PUT", _HOST, hosts.update_host, schema=hosts.UPDATE_HOST, until="2.42"),
    Route("GET", _HOST + "/startup", hosts.start_host, until="2.42"),
    Route("GET", _HOST + "/shutdown", hosts.shut_host_down, until="2.42"),
    Route("GET", _HOST + "/reboot", hosts.reboot_host, until="2.42"),
    Route("GET", "/v2.1/os-instance_usage_audit_log", audit.list_audit_logs),
    Route("GET", "/v2.1/os-instance_usage_audit_log/{before}", audit.get_audit_log),
    Route("GET", _HYPERVISORS, hypervisors.list_hypervisors, query=catalogue.LIST_HYPERVISORS),
    Route("GET", _HYPERVISORS + "/detail", hypervisors.list_hypervisors_detail, query=catalogue.LIST_HYPERVISORS),
    Route("GET", _HYPERVISORS + "/statistics", hypervisors.get_hypervisor_statistics, until="2.87"),
    Route("GET", _HYPERVISORS + "/{hypervisor_id}", hypervisors.get_hypervisor, query=catalogue.ONE_HYPERVISOR),
    Route("GET", _HYPERVISORS + "/{hypervisor_id}/uptime", hypervisors.get_hypervisor_uptime, until="2.87"),
    Route("GET", _HYPERVISORS + "/{pattern}/search", hypervisors.search_hypervisors, until="2.52"),
    Route("GET", _HYPERVISORS + "/{pattern}/servers", hypervisors.list_hypervisor_servers, until="2.52"),
    # Volumes and snapshots, until 2.35
    *block_storage.ROUTES,
    # What was taken away
    *gone.ROUTES,
)
