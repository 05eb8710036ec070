"""The Block Storage API on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import wraps
from typing import Any

from haneul.dialects.openstack.volume import (
    attachments,
    backup_records,
    backups,
    clusters,
    discovery,
    groups,
    managing,
    messages,
    qos,
    quotas,
    schemas,
    services,
    snapshots,
    transfers,
    types,
    volume_actions,
    volumes,
)
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request, Route

_VOLUME = "/volumes/{volume_id}"
_SNAPSHOT = "/snapshots/{snapshot_id}"
_TYPE = "/types/{type_id}"
_QOS = "/qos-specs/{qos_id}"
_QUOTA = "/os-quota-sets/{project_id}"
_CLASS = "/os-quota-class-sets/{name}"
_BACKUP = "/backups/{backup_id}"
_ATTACHMENT = "/attachments/{attachment_id}"
_GROUP_TYPE = "/group_types/{type_id}"
_GROUP = "/groups/{group_id}"
_GROUP_SNAPSHOT = "/group_snapshots/{group_snapshot_id}"
_DEFAULT = "/default-types/{project_id}"
_ACTION = schemas.ONE_ACTION

_OF_PROJECTS = (
    Route("GET", "/extensions", discovery.list_extensions),
    Route("GET", "/resource_filters", discovery.list_resource_filters, since="3.33"),
    # Volumes
    Route("POST", "/volumes", volumes.create_volume, schema=schemas.CREATE_VOLUME),
    Route("GET", "/volumes", volumes.list_volumes),
    Route("GET", "/volumes/", volumes.no_volume),
    Route("DELETE", "/volumes/", volumes.no_volume),
    Route("PUT", "/volumes/", volumes.no_volume),
    Route("GET", "/volumes/detail", volumes.list_volumes_detail),
    Route("GET", "/volumes/summary", volumes.get_summary, since="3.12"),
    Route("GET", _VOLUME, volumes.get_volume),
    Route("PUT", _VOLUME, volumes.update_volume, schema=schemas.UPDATE_VOLUME),
    Route("DELETE", _VOLUME, volumes.delete_volume),
    Route("POST", _VOLUME + "/action", volume_actions.volume_action, schema=_ACTION),
    Route("GET", _VOLUME + "/metadata", volumes.list_volume_metadata),
    Route("POST", _VOLUME + "/metadata", volumes.create_volume_metadata, schema=schemas.SET_METADATA),
    Route("PUT", _VOLUME + "/metadata", volumes.replace_volume_metadata, schema=schemas.SET_METADATA),
    Route("GET", _VOLUME + "/metadata/{key}", volumes.get_volume_metadata),
    Route("PUT", _VOLUME + "/metadata/{key}", volumes.set_volume_metadata, schema=schemas.SET_META),
    Route("DELETE", _VOLUME + "/metadata/{key}", volumes.remove_volume_metadata),
    Route("GET", _VOLUME + "/encryption", volume_actions.get_encryption),
    Route("GET", _VOLUME + "/encryption/{key}", volume_actions.get_encryption_key),
    # Snapshots
    Route("POST", "/snapshots", snapshots.create_snapshot, schema=schemas.CREATE_SNAPSHOT),
    Route("GET", "/snapshots", snapshots.list_snapshots),
    Route("GET", "/snapshots/detail", snapshots.list_snapshots_detail),
    Route("GET", _SNAPSHOT, snapshots.get_snapshot),
    Route("PUT", _SNAPSHOT, snapshots.update_snapshot, schema=schemas.UPDATE_SNAPSHOT),
    Route("DELETE", _SNAPSHOT, snapshots.delete_snapshot),
    Route("POST", _SNAPSHOT + "/action", snapshots.snapshot_action, schema=_ACTION),
    Route("GET", _SNAPSHOT + "/metadata", snapshots.list_snapshot_metadata),
    Route("POST", _SNAPSHOT + "/metadata", snapshots.create_snapshot_metadata, schema=schemas.SET_METADATA),
    Route("PUT", _SNAPSHOT + "/metadata", snapshots.replace_snapshot_metadata, schema=schemas.SET_METADATA),
    Route("GET", _SNAPSHOT + "/metadata/{key}", snapshots.get_snapshot_metadata),
    Route("PUT", _SNAPSHOT + "/metadata/{key}", snapshots.set_snapshot_metadata, schema=schemas.SET_META),
    Route("DELETE", _SNAPSHOT + "/metadata/{key}", snapshots.remove_snapshot_metadata),
    # Types
    Route("GET", "/types", types.list_types),
    Route("POST", "/types", types.create_type, schema=schemas.CREATE_TYPE),
    Route("GET", _TYPE, types.get_type),
    Route("PUT", _TYPE, types.update_type, schema=schemas.UPDATE_TYPE),
    Route("DELETE", _TYPE, types.delete_type),
    Route("POST", _TYPE + "/action", types.type_action, schema=schemas.TYPE_ACCESS),
    Route("GET", _TYPE + "/os-volume-type-access", types.list_type_access),
    Route("GET", _TYPE + "/extra_specs", types.list_extra_specs),
    Route("POST", _TYPE + "/extra_specs", types.create_extra_specs, schema=schemas.SET_SPECS),
    Route("GET", _TYPE + "/extra_specs/{key}", types.get_extra_spec),
    Route("PUT", _TYPE + "/extra_specs/{key}", types.update_extra_spec, schema=schemas.ONE_SPEC),
    Route("DELETE", _TYPE + "/extra_specs/{key}", types.delete_extra_spec),
    Route("GET", _TYPE + "/encryption", types.get_encryption),
    Route("POST", _TYPE + "/encryption", types.create_encryption, schema=schemas.CREATE_ENCRYPTION),
    Route("GET", _TYPE + "/encryption/{key}", types.get_encryption_item),
    Route("PUT", _TYPE + "/encryption/{encryption_id}", types.update_encryption, schema=schemas.UPDATE_ENCRYPTION),
    Route("DELETE", _TYPE + "/encryption/{encryption_id}", types.delete_encryption),
    Route("GET", "/default-types", types.list_default_types, since="3.62"),
    Route("GET", _DEFAULT, types.get_default_type, since="3.62"),
    Route("PUT", _DEFAULT, types.set_default_type, schema=schemas.SET_DEFAULT_TYPE, since="3.62"),
    Route("DELETE", _DEFAULT, types.unset_default_type, since="3.62"),
    # QoS
    Route("GET", "/qos-specs", qos.list_qos),
    Route("POST", "/qos-specs", qos.create_qos, schema=schemas.CREATE_QOS),
    Route("GET", _QOS, qos.get_qos),
    Route("PUT", _QOS, qos.update_qos, schema=schemas.UPDATE_QOS),
    Route("DELETE", _QOS, qos.delete_qos),
    Route("PUT", _QOS + "/delete_keys", qos.delete_qos_keys, schema=schemas.QOS_KEYS),
    Route("GET", _QOS + "/associations", qos.list_associations),
    Route("GET", _QOS + "/associate", qos.associate),
    Route("GET", _QOS + "/disassociate", qos.disassociate),
    Route("GET", _QOS + "/disassociate_all", qos.disassociate_all),
    # Quotas and limits
    Route("GET", "/limits", quotas.get_limits),
    Route("GET", _QUOTA, quotas.get_quota_set),
    Route("PUT", _QUOTA, quotas.update_quota_set, schema=schemas.UPDATE_QUOTAS),
    Route("DELETE", _QUOTA, quotas.delete_quota_set),
    Route("GET", _QUOTA + "/defaults", quotas.get_default_quota_set),
    Route("GET", _CLASS, quotas.get_quota_class),
    Route("PUT", _CLASS, quotas.update_quota_class, schema=schemas.UPDATE_QUOTA_CLASS),
    # Places
    Route("GET", "/os-availability-zone", services.list_zones),
    Route("GET", "/os-services", services.list_services),
    Route("PUT", "/os-services/enable", services.enable_service, schema=schemas.CHANGE_SERVICE),
    Route("PUT", "/os-services/disable", services.disable_service, schema=schemas.CHANGE_SERVICE),
    Route(
        "PUT", "/os-services/disable-log-reason", services.disable_service_with_reason, schema=schemas.CHANGE_SERVICE
    ),
    Route("PUT", "/os-services/{action}", services.no_service_action),
    Route("GET", "/clusters", clusters.list_clusters, since="3.7"),
    Route("GET", "/clusters/detail", clusters.list_clusters, since="3.7"),
    Route("GET", "/clusters/{name}", clusters.get_cluster, since="3.7"),
    Route("PUT", "/clusters/enable", clusters.update_cluster, schema=schemas.UPDATE_CLUSTER, since="3.7"),
    Route("PUT", "/clusters/disable", clusters.update_cluster, schema=schemas.UPDATE_CLUSTER, since="3.7"),
    Route("POST", "/workers/cleanup", clusters.clean_up_workers, schema=schemas.CLEAN_UP, since="3.24"),
    Route("GET", "/os-hosts", services.list_hosts),
    Route("GET", "/os-hosts/{host}", services.get_host),
    Route("GET", "/scheduler-stats/get_pools", services.get_pools),
    Route("GET", "/capabilities/{host}", services.get_capabilities),
    Route("GET", "/os-volume-manage", managing.list_manageable_volumes),
    Route("GET", "/os-volume-manage/detail", managing.list_manageable_volumes_detail),
    Route("POST", "/os-volume-manage", managing.manage_volume, schema=schemas.MANAGE_VOLUME),
    Route("GET", "/manageable_volumes", managing.list_manageable_volumes, since="3.8"),
    Route("GET", "/manageable_volumes/detail", managing.list_manageable_volumes_detail, since="3.8"),
    Route("POST", "/manageable_volumes", managing.manage_volume, schema=schemas.MANAGE_VOLUME, since="3.8"),
    Route("GET", "/os-snapshot-manage", managing.list_manageable_snapshots),
    Route("GET", "/os-snapshot-manage/detail", managing.list_manageable_snapshots_detail),
    Route("POST", "/os-snapshot-manage", managing.manage_snapshot, schema=schemas.MANAGE_SNAPSHOT),
    Route("GET", "/manageable_snapshots", managing.list_manageable_snapshots, since="3.8"),
    Route("GET", "/manageable_snapshots/detail", managing.list_manageable_snapshots_detail, since="3.8"),
    Route("POST", "/manageable_snapshots", managing.manage_snapshot, schema=schemas.MANAGE_SNAPSHOT, since="3.8"),
    # Attachments
    Route("GET", "/attachments", attachments.list_attachments, since="3.27"),
    Route("POST", "/attachments", attachments.create_attachment, schema=schemas.CREATE_ATTACHMENT, since="3.27"),
    Route("GET", "/attachments/detail", attachments.list_attachments_detail, since="3.27"),
    Route("GET", _ATTACHMENT, attachments.get_attachment, since="3.27"),
    Route("PUT", _ATTACHMENT, attachments.update_attachment, schema=schemas.UPDATE_ATTACHMENT, since="3.27"),
    Route("DELETE", _ATTACHMENT, attachments.delete_attachment, since="3.27"),
    Route("POST", _ATTACHMENT + "/action", attachments.attachment_action, schema=_ACTION, since="3.44"),
    # Backups
    Route("GET", "/backups", backups.list_backups),
    Route("POST", "/backups", backups.create_backup, schema=schemas.CREATE_BACKUP),
    Route("GET", "/backups/detail", backups.list_backups_detail),
    Route("GET", _BACKUP, backups.get_backup),
    Route("PUT", _BACKUP, backups.update_backup, schema=schemas.UPDATE_BACKUP, since="3.9"),
    Route("DELETE", _BACKUP, backups.delete_backup),
    Route("GET", _BACKUP + "/export_record", backup_records.export_record),
    Route("POST", "/backups/import_record", backup_records.import_record, schema=schemas.IMPORT_RECORD),
    Route("POST", _BACKUP + "/restore", backups.restore_backup, schema=schemas.RESTORE_BACKUP),
    Route("POST", _BACKUP + "/action", backups.backup_action, schema=_ACTION),
    # Transfers
    *(
        route
        for path, since in (("/os-volume-transfer", ""), ("/volume-transfers", "3.55"))
        for route in (
            Route("GET", path, transfers.list_transfers, since=since),
            Route("POST", path, transfers.create_transfer, schema=schemas.CREATE_TRANSFER, since=since),
            Route("GET", path + "/detail", transfers.list_transfers_detail, since=since),
            Route("GET", path + "/{transfer_id}", transfers.get_transfer, since=since),
            Route("DELETE", path + "/{transfer_id}", transfers.delete_transfer, since=since),
            Route(
                "POST",
                path + "/{transfer_id}/accept",
                transfers.accept_transfer,
                schema=schemas.ACCEPT_TRANSFER,
                since=since,
            ),
        )
    ),
    # Groups
    Route("GET", "/group_types", groups.list_group_types, since="3.11"),
    Route("POST", "/group_types", groups.create_group_type, schema=schemas.CREATE_GROUP_TYPE, since="3.11"),
    Route("GET", _GROUP_TYPE, groups.get_group_type, since="3.11"),
    Route("PUT", _GROUP_TYPE, groups.update_group_type, schema=schemas.UPDATE_GROUP_TYPE, since="3.11"),
    Route("DELETE", _GROUP_TYPE, groups.delete_group_type, since="3.11"),
    Route("GET", _GROUP_TYPE + "/group_specs", groups.list_group_specs, since="3.11"),
    Route(
        "POST", _GROUP_TYPE + "/group_specs", groups.create_group_specs, schema=schemas.SET_GROUP_SPECS, since="3.11"
    ),
    Route("GET", _GROUP_TYPE + "/group_specs/{key}", groups.get_group_spec, since="3.11"),
    Route("PUT", _GROUP_TYPE + "/group_specs/{key}", groups.update_group_spec, schema=schemas.ONE_SPEC, since="3.11"),
    Route("DELETE", _GROUP_TYPE + "/group_specs/{key}", groups.delete_group_spec, since="3.11"),
    Route("GET", "/groups", groups.list_groups, since="3.13"),
    Route("POST", "/groups", groups.create_group, schema=schemas.CREATE_GROUP, since="3.13"),
    Route("GET", "/groups/detail", groups.list_groups_detail, since="3.13"),
    Route("POST", "/groups/action", groups.group_action, schema=_ACTION, since="3.14"),
    Route("GET", _GROUP, groups.get_group, since="3.13"),
    Route("PUT", _GROUP, groups.update_group, schema=schemas.UPDATE_GROUP, since="3.13"),
    Route("POST", _GROUP + "/action", groups.group_action, schema=_ACTION, since="3.13"),
    Route("GET", "/group_snapshots", groups.list_group_snapshots, since="3.14"),
    Route(
        "POST",
        "/group_snapshots",
        groups.create_group_snapshot,
        schema=schemas.CREATE_GROUP_SNAPSHOT,
        since="3.14",
    ),
    Route("GET", "/group_snapshots/detail", groups.list_group_snapshots_detail, since="3.14"),
    Route("GET", _GROUP_SNAPSHOT, groups.get_group_snapshot, since="3.14"),
    Route("DELETE", _GROUP_SNAPSHOT, groups.delete_group_snapshot, since="3.14"),
    Route("POST", _GROUP_SNAPSHOT + "/action", groups.group_snapshot_action, schema=_ACTION, since="3.19"),
    # Messages
    Route("GET", "/messages", messages.list_messages, since="3.3"),
    Route("GET", "/messages/{message_id}", messages.get_message, since="3.3"),
    Route("DELETE", "/messages/{message_id}", messages.delete_message, since="3.3"),
)


def _in_project(route: Route) -> Route:
    """The same below the id of a project, which has to be the caller's."""
    handler = route.handler

    @wraps(handler)
    def handle(cloud: Any, req: Request) -> Reply:
        if req.params["tenant_id"] != req.caller.project_id:
            raise Invalid("request.other_project", "Malformed request url: its project is not that of the token.")
        return handler(cloud, req)

    return replace(route, path="/v3/{tenant_id}" + route.path, handler=handle)


def _everywhere(routes: tuple[Route, ...]) -> Iterator[Route]:
    for route in routes:
        yield replace(route, path="/v3" + route.path)
        yield _in_project(route)


ROUTES = (
    Route("GET", "/", discovery.list_versions, public=True),
    Route("GET", "/v3", discovery.get_version, public=True),
    *_everywhere(_OF_PROJECTS),
)
