"""Who may do what with servers, flavors, keypairs and hosts: OpenStack's rule names and defaults."""

from __future__ import annotations

_ADMIN = "rule:context_is_admin"
_MEMBER = "rule:project_member_or_admin"
_READER = "rule:project_reader_or_admin"
_SERVICE = "rule:service_or_admin"
_OWN_KEYS = "rule:context_is_admin or user_id:%(user_id)s"

_SHARED = {
    "context_is_admin": "role:admin",
    "project_member_api": "role:member and project_id:%(project_id)s",
    "project_reader_api": "role:reader and project_id:%(project_id)s",
    "project_member_or_admin": "rule:project_member_api or rule:context_is_admin",
    "project_reader_or_admin": "rule:project_reader_api or rule:context_is_admin",
    "service_or_admin": "role:service or rule:context_is_admin",
}

_SERVERS = {
    "servers:index": _READER,
    "servers:detail": _READER,
    "servers:show": _READER,
    "servers:index:get_all_tenants": _ADMIN,
    "servers:detail:get_all_tenants": _ADMIN,
    "servers:allow_all_filters": _ADMIN,
    "servers:show:host_status": _ADMIN,
    "servers:show:flavor-extra-specs": _READER,
    "os-extended-server-attributes": _ADMIN,
    "servers:create": _MEMBER,
    "servers:create:forced_host": _ADMIN,
    "servers:create:attach_network": _MEMBER,
    "servers:create:attach_volume": _MEMBER,
    "servers:create:trusted_certs": _MEMBER,
    "servers:delete": _MEMBER,
    "servers:update": _MEMBER,
    "servers:start": _MEMBER,
    "servers:stop": _MEMBER,
    "servers:reboot": _MEMBER,
    "servers:rebuild": _MEMBER,
    "os-pause-server:pause": _MEMBER,
    "os-pause-server:unpause": _MEMBER,
    "os-suspend-server:resume": _MEMBER,
    "os-lock-server:lock": _MEMBER,
    "os-lock-server:unlock": _MEMBER,
    "os-lock-server:unlock:unlock_override": _ADMIN,
    "os-admin-actions:reset_state": _ADMIN,
    "os-deferred-delete:force": _MEMBER,
    "os-deferred-delete:restore": _MEMBER,
    "os-console-output": _MEMBER,
    "os-remote-consoles": _MEMBER,
    "os-server-password:show": _READER,
    "os-security-groups:list": _READER,
    "os-security-groups:add": _MEMBER,
    "os-security-groups:remove": _MEMBER,
    "os-attach-interfaces:list": _READER,
    "os-attach-interfaces:show": _READER,
    "os-attach-interfaces:create": _MEMBER,
    "os-attach-interfaces:delete": _MEMBER,
    "os-volumes-attachments:index": _READER,
    "ips:index": _READER,
    "ips:show": _READER,
    "server-metadata:index": _READER,
    "server-metadata:show": _READER,
    "server-metadata:create": _MEMBER,
    "server-metadata:update": _MEMBER,
    "server-metadata:update_all": _MEMBER,
    "server-metadata:delete": _MEMBER,
    "os-server-tags:index": _READER,
    "os-server-tags:show": _READER,
    "os-server-tags:update": _MEMBER,
    "os-server-tags:update_all": _MEMBER,
    "os-server-tags:delete": _MEMBER,
    "os-server-tags:delete_all": _MEMBER,
    "os-instance-actions:list": _READER,
    "os-instance-actions:show": _READER,
    "os-instance-actions:events": _ADMIN,
    "os-instance-actions:events:details": _ADMIN,
    "os-server-external-events:create": _SERVICE,
}

_CATALOGUE = {
    "os-flavor-manage:create": _ADMIN,
    "os-flavor-manage:update": _ADMIN,
    "os-flavor-manage:delete": _ADMIN,
    "os-flavor-access": _ADMIN,
    "os-flavor-access:add_tenant_access": _ADMIN,
    "os-flavor-access:remove_tenant_access": _ADMIN,
    "os-flavor-extra-specs:index": _READER,
    "os-flavor-extra-specs:show": _READER,
    "os-flavor-extra-specs:create": _ADMIN,
    "os-flavor-extra-specs:update": _ADMIN,
    "os-flavor-extra-specs:delete": _ADMIN,
    "os-keypairs:index": _OWN_KEYS,
    "os-keypairs:show": _OWN_KEYS,
    "os-keypairs:create": _OWN_KEYS,
    "os-keypairs:delete": _OWN_KEYS,
    "os-quota-sets:show": _READER,
    "os-quota-sets:detail": _READER,
    "os-quota-sets:defaults": "@",
    "os-quota-sets:update": _ADMIN,
    "os-quota-sets:delete": _ADMIN,
    "os-quota-class-sets:show": _ADMIN,
    "os-quota-class-sets:update": _ADMIN,
    "limits": "@",
    "limits:other_project": _ADMIN,
    "os-simple-tenant-usage:show": _READER,
    "os-simple-tenant-usage:list": _ADMIN,
    "extensions": "@",
}

_HOSTS = {
    "os-availability-zone:list": "@",
    "os-availability-zone:detail": _ADMIN,
    "os-aggregates:index": _ADMIN,
    "os-hypervisors:list": _ADMIN,
    "os-hypervisors:list-detail": _ADMIN,
    "os-hypervisors:show": _ADMIN,
    "os-hypervisors:statistics": _ADMIN,
    "os-hypervisors:uptime": _ADMIN,
    "os-hypervisors:search": _ADMIN,
    "os-hypervisors:servers": _ADMIN,
    "os-hosts:list": _ADMIN,
    "os-hosts:show": _ADMIN,
    "os-services:list": _ADMIN,
    "os-services:update": _ADMIN,
    "os-services:delete": _ADMIN,
}

_OURS = {
    "haneul:hosts:list": _ADMIN,
    "haneul:hosts:join": _ADMIN,
    "haneul:hosts:remove": _ADMIN,
}
"""Rules for what OpenStack has no API for."""

RULES: dict[str, str] = {
    **_SHARED,
    **{f"os_compute_api:{name}": rule for name, rule in (_SERVERS | _CATALOGUE | _HOSTS).items()},
    "network:attach_external_network": _ADMIN,
    **_OURS,
}
