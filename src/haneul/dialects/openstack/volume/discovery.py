"""Which versions, extensions and filters there are."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume import attachments, backups, groups, messages, snapshots, volumes
from haneul.dialects.openstack.volume.versions import LADDER
from haneul.kit.http import Reply, Request

_UPDATED = "2023-08-31T00:00:00Z"


def _version(req: Request) -> dict[str, Any]:
    return {
        "id": "v3.0",
        "status": "CURRENT",
        "version": str(LADDER.newest),
        "min_version": str(LADDER.oldest),
        "updated": _UPDATED,
        "links": [
            {"rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/"},
            {"rel": "self", "href": f"{req.api_url}/v3/"},
        ],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.volume+json;version=3"}],
    }


def list_versions(cloud: Cloud, req: Request) -> Reply:
    return Reply(300, {"versions": [_version(req)]})


def get_version(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"versions": [_version(req)]})


_EXTENSIONS = {
    "os-admin-actions": "AdminActions",
    "os-availability-zone": "AvailabilityZones",
    "backups": "Backups",
    "capabilities": "Capabilities",
    "os-extended-snapshot-attributes": "ExtendedSnapshotAttributes",
    "os-hosts": "Hosts",
    "qos-specs": "Qos_specs_manage",
    "os-quota-class-sets": "QuotaClasses",
    "os-quota-sets": "Quotas",
    "scheduler-stats": "Scheduler_stats",
    "os-services": "Services",
    "os-snapshot-actions": "SnapshotActions",
    "os-snapshot-manage": "SnapshotManage",
    "os-types-extra-specs": "TypesExtraSpecs",
    "os-types-manage": "TypesManage",
    "os-used-limits": "UsedLimits",
    "os-volume-actions": "VolumeActions",
    "os-vol-host-attr": "VolumeHostAttribute",
    "os-vol-image-meta": "VolumeImageMetadata",
    "os-volume-manage": "VolumeManage",
    "os-vol-mig-status-attr": "VolumeMigStatusAttribute",
    "os-vol-tenant-attr": "VolumeTenantAttribute",
    "os-volume-transfer": "VolumeTransfer",
    "os-volume-type-access": "VolumeTypeAccess",
    "os-volume-encryption-metadata": "VolumeEncryptionMetadata",
    "os-volume-type-encryption": "VolumeTypeEncryption",
    "os-volume-unmanage": "VolumeUnmanage",
}


def list_extensions(cloud: Cloud, req: Request) -> Reply:
    shown = [
        {"alias": alias, "name": name, "description": f"{name}.", "links": [], "updated": _UPDATED}
        for alias, name in _EXTENSIONS.items()
    ]
    return Reply(200, {"extensions": shown})


_FILTERS = {
    "volume": volumes.FILTERS,
    "snapshot": snapshots.FILTERS,
    "backup": backups.FILTERS,
    "attachment": attachments.FILTERS,
    "group": groups.FILTERS,
    "group_snapshot": groups.FILTERS,
    "message": messages.FILTERS,
}


def list_resource_filters(cloud: Cloud, req: Request) -> Reply:
    wanted = req.query.get("resource")
    shown = [
        {"resource": name, "filters": sorted(filters)} for name, filters in _FILTERS.items() if wanted in (None, name)
    ]
    return Reply(200, {"resource_filters": shown})
