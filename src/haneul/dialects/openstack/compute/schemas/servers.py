"""Requests about servers."""

from __future__ import annotations

from haneul.dialects.openstack.compute.schemas.forms import (
    ANY_IP,
    ANYTHING,
    BOOLEAN,
    DESCRIPTION,
    FQDN,
    HOST_NAME,
    IP4,
    IP6,
    METADATA,
    NAME,
    NAME_WITH_SPACES,
    PAGE,
    POSITIVE,
    TAG,
    TEXT,
    UUID,
    Schema,
    query,
    without,
    words,
    wrapped,
)

NIC: Schema = {
    "type": "object",
    "properties": {
        "fixed_ip": ANY_IP,
        "port": {"anyOf": [UUID, {"type": "null"}]},
        "uuid": UUID,
        "tag": TAG,
    },
    "additionalProperties": False,
}
NETWORKS: Schema = {"oneOf": [{"type": "array", "items": NIC}, {"type": "string", "enum": ["none", "auto"]}]}
DEVICE: Schema = {
    "type": "object",
    "properties": {
        "boot_index": {"type": ["integer", "string", "null"], "pattern": "^-?[0-9]+$", "maxLength": 9},
        "delete_on_termination": BOOLEAN,
        "destination_type": {"type": "string", "enum": ["local", "volume"]},
        "device_name": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[a-zA-Z0-9._\-/]*$"},
        "device_type": {"type": "string", "maxLength": 255},
        "disk_bus": {"type": "string", "maxLength": 255},
        "guest_format": {"type": "string", "maxLength": 255},
        "no_device": {},
        "source_type": {"type": "string", "enum": ["volume", "image", "snapshot", "blank"]},
        "tag": TAG,
        "uuid": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[a-zA-Z0-9._-]*$"},
        "volume_size": POSITIVE,
        "volume_type": {"type": ["string", "null"], "minLength": 0, "maxLength": 255},
    },
    "additionalProperties": False,
}
OLD_DEVICE: Schema = {"type": "object", "additionalProperties": True}
_HINTS: Schema = {
    "type": "object",
    "properties": {
        "group": UUID,
        "different_host": {"oneOf": [{"type": "string", "format": "uuid"}, {"type": "array", "items": UUID}]},
        "same_host": {"oneOf": [{"type": "string", "format": "uuid"}, {"type": "array", "items": UUID}]},
        "query": ANYTHING,
        "target_cell": NAME,
        "different_cell": {"oneOf": [TEXT, {"type": "array", "items": TEXT}]},
        "build_near_host_ip": ANY_IP,
        "cidr": {"type": "string", "pattern": "^/[0-9a-f.:]+$"},
    },
    "additionalProperties": True,
}
_TAGS: Schema = {"type": "array", "items": TAG, "maxItems": 50}
DISK_CONFIG: Schema = {"type": "string", "enum": ["AUTO", "MANUAL"]}

_CREATE = wrapped(
    "server",
    {
        "name": NAME_WITH_SPACES,
        "imageRef": {"anyOf": [UUID, {"const": ""}, {"type": "string", "format": "uri"}]},
        "flavorRef": {"type": ["string", "integer"], "minLength": 1},
        "adminPass": TEXT,
        "metadata": METADATA,
        "networks": NETWORKS,
        "OS-DCF:diskConfig": DISK_CONFIG,
        "accessIPv4": IP4,
        "accessIPv6": IP6,
        "availability_zone": NAME,
        "block_device_mapping": {"type": "array", "items": OLD_DEVICE},
        "block_device_mapping_v2": {"type": "array", "items": DEVICE},
        "config_drive": BOOLEAN,
        "key_name": {"type": ["string", "null"], "minLength": 1, "maxLength": 255},
        "min_count": POSITIVE,
        "max_count": POSITIVE,
        "return_reservation_id": BOOLEAN,
        "security_groups": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 255}},
                "additionalProperties": False,
            },
        },
        "user_data": {"type": ["string", "null"], "maxLength": 65535},
        "description": DESCRIPTION,
        "tags": _TAGS,
        "trusted_image_certificates": {"type": ["array", "null"], "items": TEXT, "maxItems": 50},
        "host": HOST_NAME,
        "hypervisor_hostname": HOST_NAME,
        "hostname": FQDN,
    },
    ("name", "flavorRef", "networks"),
)
CREATE_SERVER: Schema = {
    **_CREATE,
    "properties": {
        **_CREATE["properties"],
        "os:scheduler_hints": _HINTS,
        "OS-SCH-HNT:scheduler_hints": _HINTS,
    },
}

UPDATE_SERVER = wrapped(
    "server",
    {
        "name": NAME_WITH_SPACES,
        "OS-DCF:diskConfig": DISK_CONFIG,
        "accessIPv4": IP4,
        "accessIPv6": IP6,
        "description": DESCRIPTION,
        "hostname": FQDN,
    },
)

_FILTERS = words(
    "user_id project_id tenant_id launch_index image_ref image kernel_id ramdisk_id hostname key_name name "
    "instance_type_id flavor reservation_id launched_at terminated_at availability_zone display_name "
    "description display_description locked_by uuid root_device_name config_drive access_ip_v4 access_ip_v6 "
    "auto_disk_config progress host node deleted all_tenants soft_deleted ip6 ip status vm_state task_state "
    "power_state created_at not-tags not-tags-any tags tags-any changes-since changes-before locked metadata "
    "system_metadata"
)
SORT_KEYS = words(
    "access_ip_v4 access_ip_v6 auto_disk_config availability_zone config_drive created_at display_description "
    "display_name host hostname image_ref instance_type_id kernel_id key_name launch_index launched_at "
    "locked_by node power_state progress project_id ramdisk_id root_device_name task_state terminated_at "
    "updated_at user_id uuid vm_state"
)
HIDDEN_SORT_KEYS = words(
    "block_device_mapping extra info_cache metadata pci_devices security_groups locked services tags"
)
_STATUSES = words(
    "ACTIVE BUILD DELETED ERROR HARD_REBOOT MIGRATING PASSWORD PAUSED REBOOT REBUILD RESCUE RESIZE "
    "REVERT_RESIZE SHELVED SHELVED_OFFLOADED SHUTOFF SOFT_DELETED SUSPENDED UNKNOWN VERIFY_RESIZE"
)
LIST_SERVERS: Schema = query(
    **dict.fromkeys(_FILTERS, TEXT) | {"status": {"type": "string", "pattern": f"^(?i:{'|'.join(_STATUSES)})$"}},
    **PAGE,
    sort_key={"type": "string", "enum": [*SORT_KEYS, *HIDDEN_SORT_KEYS]},
    sort_dir={"type": "string", "enum": ["asc", "desc", "ASC", "DESC"]},
)

METADATA_BODY = {
    "type": "object",
    "properties": {"metadata": METADATA},
    "required": ["metadata"],
    "additionalProperties": False,
}
META_BODY = {
    "type": "object",
    "properties": {"meta": {**METADATA, "minProperties": 1, "maxProperties": 1}},
    "required": ["meta"],
    "additionalProperties": False,
}
TAGS_BODY = {"type": "object", "properties": {"tags": _TAGS}, "required": ["tags"], "additionalProperties": False}
ATTACH_INTERFACE = wrapped(
    "interfaceAttachment",
    {
        "net_id": UUID,
        "port_id": UUID,
        "fixed_ips": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "properties": {"ip_address": ANY_IP},
                "required": ["ip_address"],
                "additionalProperties": False,
            },
        },
        "tag": TAG,
    },
)
ATTACH_INTERFACE_UNTIL_2_48 = without(ATTACH_INTERFACE, "interfaceAttachment", "tag")
REMOTE_CONSOLE = wrapped(
    "remote_console",
    {
        "protocol": {"type": "string", "enum": ["vnc", "spice", "rdp", "serial", "mks"]},
        "type": {
            "type": "string",
            "enum": ["novnc", "xvpvnc", "spice-html5", "rdp-html5", "serial", "webmks"],
        },
    },
    ("protocol", "type"),
)
EXTERNAL_EVENTS: Schema = {
    "type": "object",
    "properties": {
        "events": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "server_uuid": UUID,
                    "name": {
                        "type": "string",
                        "enum": [
                            "network-changed",
                            "network-vif-plugged",
                            "network-vif-unplugged",
                            "network-vif-deleted",
                            "volume-extended",
                            "volume-reimaged",
                            "power-update",
                            "accelerator-request-bound",
                        ],
                    },
                    "status": {"type": "string", "enum": ["failed", "completed", "in-progress"]},
                    "tag": TEXT,
                },
                "required": ["server_uuid", "name"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["events"],
    "additionalProperties": False,
}
ACTIONS_QUERY = query(**PAGE, **{"changes-since": TEXT, "changes-before": TEXT})
SECURITY_GROUP = wrapped(
    "security_group",
    {
        "name": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": ".*[^ ].*"},
        "description": {"type": ["string", "null"], "maxLength": 255},
    },
    ("name",),
)
_RULE_PORT = {"type": ["integer", "string", "null"], "minimum": -1, "maximum": 65535, "pattern": "^(-1|[0-9]{0,5})$"}
_RULE_WORD = {"type": ["string", "null"], "maxLength": 255}
SECURITY_GROUP_RULE: Schema = {
    "type": "object",
    "properties": {
        "security_group_rule": {
            "type": "object",
            "properties": {
                "ip_protocol": {"type": ["string", "integer", "null"], "maxLength": 255},
                "from_port": _RULE_PORT,
                "to_port": _RULE_PORT,
                "cidr": _RULE_WORD,
                "group_id": _RULE_WORD,
            },
        }
    },
    "required": ["security_group_rule"],
}
