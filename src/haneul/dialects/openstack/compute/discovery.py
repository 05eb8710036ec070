"""Which versions there are."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.versions import LADDER
from haneul.kit.errors import NotFound
from haneul.kit.http import Reply, Request

_UPDATED = "2013-07-23T11:33:21Z"


def _version(req: Request) -> dict[str, Any]:
    return {
        "id": "v2.1",
        "status": "CURRENT",
        "version": str(LADDER.newest),
        "min_version": str(LADDER.oldest),
        "updated": _UPDATED,
        "links": [{"rel": "self", "href": f"{req.api_url}/v2.1/"}],
    }


def _old_version(req: Request) -> dict[str, Any]:
    """What came before: listed because clients look for it, served no more."""
    return {
        "id": "v2.0",
        "status": "DEPRECATED",
        "version": "",
        "min_version": "",
        "updated": "2011-01-21T11:33:21Z",
        "links": [{"rel": "self", "href": f"{req.api_url}/v2/"}],
    }


def list_versions(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"versions": [_old_version(req), _version(req)]})


def get_version(cloud: Cloud, req: Request) -> Reply:
    return _described(_version(req))


def get_old_version(cloud: Cloud, req: Request) -> Reply:
    return _described(_old_version(req))


def _described(shown: dict[str, Any]) -> Reply:
    described = {"href": "https://docs.openstack.org/", "rel": "describedby", "type": "text/html"}
    shown["links"].append(described)
    shown["media-types"] = [{"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}]
    return Reply(200, {"version": shown})


def list_extensions(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"extensions": [_extension(alias, name) for alias, name in _EXTENSIONS.items()]})


def get_extension(cloud: Cloud, req: Request) -> Reply:
    alias = req.params["alias"]
    if alias not in _EXTENSIONS:
        raise NotFound("extension.absent", f"There is no extension {alias}.")
    return Reply(200, {"extension": _extension(alias, _EXTENSIONS[alias])})


def _extension(alias: str, name: str) -> dict[str, Any]:
    return {
        "alias": alias,
        "name": name,
        "description": f"{name}.",
        "links": [],
        "namespace": "http://docs.openstack.org/compute/ext/fake_xml",
        "updated": "2014-12-03T00:00:00Z",
    }


_EXTENSIONS = {
    "os-admin-actions": "AdminActions",
    "os-aggregates": "Aggregates",
    "os-admin-password": "AdminPassword",
    "os-attach-interfaces": "AttachInterfaces",
    "os-availability-zone": "AvailabilityZone",
    "os-config-drive": "ConfigDrive",
    "os-consoles": "Consoles",
    "os-console-output": "ConsoleOutput",
    "os-create-backup": "CreateBackup",
    "os-deferred-delete": "DeferredDelete",
    "os-evacuate": "Evacuate",
    "os-extended-availability-zone": "ExtendedAvailabilityZone",
    "os-extended-server-attributes": "ExtendedServerAttributes",
    "os-extended-status": "ExtendedStatus",
    "os-floating-ip-pools": "FloatingIpPools",
    "os-floating-ips": "FloatingIps",
    "os-flavor-access": "FlavorAccess",
    "os-flavor-extra-specs": "FlavorExtraSpecs",
    "os-flavor-manage": "FlavorManage",
    "os-hosts": "Hosts",
    "os-hypervisors": "Hypervisors",
    "os-instance-actions": "InstanceActions",
    "os-instance_usage_audit_log": "InstanceUsageAuditLog",
    "os-networks": "Networks",
    "os-tenant-networks": "TenantNetworks",
    "image-metadata": "ImageMetadata",
    "images": "Images",
    "os-keypairs": "Keypairs",
    "os-lock-server": "LockServer",
    "os-migrate-server": "MigrateServer",
    "os-migrations": "Migrations",
    "os-multiple-create": "MultipleCreate",
    "os-pause-server": "PauseServer",
    "os-rescue": "Rescue",
    "os-quota-class-sets": "QuotaClassSets",
    "os-quota-sets": "QuotaSets",
    "os-security-groups": "SecurityGroups",
    "os-server-external-events": "ServerExternalEvents",
    "os-server-groups": "ServerGroups",
    "os-server-password": "ServerPassword",
    "os-server-usage": "ServerUsage",
    "os-services": "Services",
    "os-shelve": "Shelve",
    "os-simple-tenant-usage": "SimpleTenantUsage",
    "os-suspend-server": "SuspendServer",
    "os-user-data": "UserData",
}
