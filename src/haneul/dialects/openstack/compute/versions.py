"""The ladder of the compute API: what each version brought, and how the one before had it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haneul.dialects.openstack.compute import lowering, older
from haneul.dialects.openstack.compute.action_versions import ACTION_RUNGS
from haneul.dialects.openstack.compute.attachment_versions import ATTACHMENT_RUNGS
from haneul.dialects.openstack.compute.lowering import dropping, each, servers, without_fields
from haneul.dialects.openstack.compute.quotas import OLD_KEYS
from haneul.dialects.openstack.compute.schemas import catalogue
from haneul.dialects.openstack.compute.schemas import servers as bodies
from haneul.dialects.openstack.compute.schemas.forms import (
    ANYTHING,
    SINGLE_LABEL,
    Schema,
    action,
    lenient,
    not_required,
    with_properties,
    without,
)
from haneul.kit.http import Change, Ladder, Rung

_LISTED = ("list_servers", "list_servers_detail")
_FLAVORS = ("get_flavor", "list_flavors_detail", "create_flavor", "update_flavor")
_HYPERVISORS = (
    "list_hypervisors",
    "list_hypervisors_detail",
    "get_hypervisor",
    "get_hypervisor_uptime",
    "search_hypervisors",
    "list_hypervisor_servers",
)
_QUOTA_SETS = ("get_quota_set", "get_quota_set_detail", "get_default_quota_set", "update_quota_set")
_QUOTA_CLASSES = ("get_quota_class", "update_quota_class")
_GROUPS = ("list_server_groups", "get_server_group")
_AGGREGATES = ("list_aggregates", "create_aggregate", "get_aggregate", "update_aggregate", "aggregate_action")
_INJECTED = tuple(key.value for key in OLD_KEYS if key.value.startswith("injected"))
_NETWORKED = tuple(key.value for key in OLD_KEYS if not key.value.startswith("injected"))


def _body(change: Callable[[Schema], Schema]) -> Change:
    return Change(schema=change)


def _no_create(*names: str) -> dict[str, Change]:
    return {"create_server": _body(lambda schema: without(schema, "server", *names))}


def _no_query(*names: str) -> Change:
    return Change(query=lambda schema: older.query_without(schema, *names))


def _recall(wrapper: str, handlers: tuple[str, ...], *names: str) -> dict[str, Change]:
    return {name: Change(lower=lowering.recall(wrapper, *names)) for name in handlers}


def _absolute(*names: str) -> dict[str, Change]:
    recall = lowering.recall("absolute", *names)

    def lower(body: Any) -> Any:
        recall(body["limits"])
        return body

    return {"get_limits": Change(lower=lower)}


def _merged(*tables: dict[str, Change]) -> dict[str, Change]:
    """Several tables about different handlers, or the one body of one handler lowered and checked apart."""
    merged: dict[str, Change] = {}
    for table in tables:
        for name, change in table.items():
            before = merged.get(name, Change())
            merged[name] = Change(
                lift=change.lift or before.lift,
                lower=change.lower or before.lower,
                schema=change.schema or before.schema,
                query=change.query or before.query,
                status=change.status or before.status,
            )
    return merged


_RUNGS = (
    *ATTACHMENT_RUNGS,
    Rung("2.96", "pinned_availability_zone of servers", without_fields("pinned_availability_zone")),
    Rung(
        "2.94",
        "hostname may be a fully qualified name",
        {
            name: _body(lambda schema: with_properties(schema, "server", hostname=SINGLE_LABEL))
            for name in ("create_server", "update_server")
        },
    ),
    Rung(
        "2.92",
        "keypairs are imported only; their names may hold @ and .",
        {
            "create_keypair": _body(
                lambda schema: not_required(
                    with_properties(schema, "keypair", name=catalogue.OLD_KEY_NAME), "keypair", "public_key"
                )
            )
        },
    ),
    Rung(
        "2.90",
        "hostname of servers, for all to see and to set",
        _merged(
            servers(lowering.hide_hostname),
            _no_create("hostname"),
            {"update_server": _body(lambda schema: without(schema, "server", "hostname"))},
            {"rebuild_server": _body(lambda schema: without(schema, "rebuild", "hostname"))},
        ),
    ),
    Rung(
        "2.88",
        "hypervisors show how long they run and no more what they have",
        {name: Change(lower=each("hypervisor", "hypervisors", lowering.show_resources)) for name in _HYPERVISORS},
    ),
    Rung("2.84", "details of an action's events", {"get_instance_action": Change(lower=lowering.hide_event_details)}),
    Rung("2.81", "images are cached on the hosts of an aggregate", {}),
    Rung("2.78", "the topology of servers is shown", {}),
    Rung(
        "2.75",
        "unknown query parameters are refused; an update answers with all; swap is a number",
        _merged(
            {"update_server": Change(lower=each("server", "servers", lowering.shorten_update))},
            {"rebuild_server": Change(lower=each("server", "servers", lowering.shorten_rebuild))},
            {
                name: Change(query=lenient)
                for name in (*_LISTED, "list_services", "get_limits", "list_usage", "get_usage")
            },
            {name: Change(query=lenient) for name in ("get_quota_set", "update_quota_set", "delete_quota_set")},
            {name: Change(query=lenient) for name in ("list_keypairs", "get_keypair", "delete_keypair")},
            {name: Change(query=lenient) for name in ("list_flavors", "list_instance_actions")},
            {name: Change(query=lenient) for name in ("list_hypervisors", "list_hypervisors_detail", "get_hypervisor")},
            {
                name: Change(
                    lower=each("flavor", "flavors", lowering.blank_swap),
                    query=lenient if name == "list_flavors_detail" else None,
                )
                for name in _FLAVORS
            },
        ),
    ),
    Rung("2.74", "a host may be asked for by name", _no_create("host", "hypervisor_hostname")),
    Rung(
        "2.73",
        "locks have a reason, and servers are listed by being locked",
        _merged(
            without_fields("locked_reason"),
            {"lock_server": Change(schema=lambda _schema: action("lock", ANYTHING), lift=lambda _body: {"lock": None})},
            {name: _no_query("locked") for name in _LISTED},
        ),
    ),
    Rung("2.71", "server_groups of servers", without_fields("server_groups")),
    Rung(
        "2.70",
        "tag of interfaces",
        {
            name: Change(lower=each("interfaceAttachment", "interfaceAttachments", dropping("tag")))
            for name in ("list_interfaces", "get_interface", "attach_interface")
        },
    ),
    Rung("2.67", "volume_type of block devices", {}),
    Rung("2.66", "changes-before", {name: _no_query("changes-before") for name in (*_LISTED, "list_instance_actions")}),
    Rung(
        "2.64",
        "one policy of server groups, with rules",
        _merged(
            {name: Change(lower=each("server_group", "server_groups", lowering.old_group)) for name in _GROUPS},
            {
                "create_server_group": Change(
                    lower=each("server_group", "server_groups", lowering.old_group),
                    lift=older.one_policy,
                    schema=lambda schema: older.with_policies(schema, schema["properties"]["server_group"]),
                )
            },
        ),
    ),
    Rung(
        "2.63",
        "trusted_image_certificates",
        _merged(
            without_fields("trusted_image_certificates"),
            _no_create("trusted_image_certificates"),
            {"rebuild_server": _body(lambda schema: without(schema, "rebuild", "trusted_image_certificates"))},
        ),
    ),
    Rung(
        "2.62",
        "host and hostId of an action's events",
        {"get_instance_action": Change(lower=lowering.hide_event_hosts)},
    ),
    Rung(
        "2.61",
        "extra_specs of flavors",
        {name: Change(lower=each("flavor", "flavors", dropping("extra_specs"))) for name in _FLAVORS},
    ),
    Rung(
        "2.58",
        "updated_at of actions, and pages of them",
        _merged(
            {"list_instance_actions": Change(lower=lowering.unpage_actions, query=lenient)},
            {"get_instance_action": Change(lower=lowering.dropping_keys("instanceAction", "updated_at"))},
        ),
    ),
    Rung(
        "2.57",
        "files are no more injected",
        _merged(
            {"create_server": _body(lambda schema: with_properties(schema, "server", personality=older.PERSONALITY))},
            {
                "rebuild_server": Change(
                    lower=each("server", "servers", dropping("user_data")),
                    schema=lambda schema: with_properties(
                        without(schema, "rebuild", "user_data"), "rebuild", personality=older.PERSONALITY
                    ),
                )
            },
            _recall("quota_set", _QUOTA_SETS, *_INJECTED),
            _recall("quota_class_set", _QUOTA_CLASSES, *_INJECTED),
            {"update_quota_set": _body(older.old_quotas("quota_set", _INJECTED))},
            {"update_quota_class": _body(older.old_quotas("quota_class_set", _INJECTED))},
            _absolute("maxPersonality", "maxPersonalitySize"),
        ),
    ),
    Rung(
        "2.55",
        "description of flavors",
        _merged(
            {
                name: Change(lower=each("flavor", "flavors", dropping("description")))
                for name in (*_FLAVORS, "list_flavors")
            },
            {"create_flavor": _body(lambda schema: without(schema, "flavor", "description"))},
        ),
    ),
    Rung(
        "2.54",
        "a rebuild may change the key",
        {
            "rebuild_server": Change(
                lower=each("server", "servers", dropping("key_name")),
                schema=lambda schema: without(schema, "rebuild", "key_name"),
            )
        },
    ),
    Rung(
        "2.53",
        "hypervisors and services are known by UUIDs",
        _merged(
            {name: Change(lower=each("hypervisor", "hypervisors", lowering.number)) for name in _HYPERVISORS},
            {"list_services": Change(lower=each("service", "services", lowering.number))},
        ),
    ),
    Rung("2.52", "servers are created with tags", _no_create("tags")),
    Rung(
        "2.51",
        "the events of an action for its owner, without tracebacks",
        {"get_instance_action": Change(lower=lowering.hide_owners_events)},
    ),
    Rung(
        "2.50",
        "server groups in quota classes, networks no more",
        _merged(
            {name: Change(lower=lowering.old_quota_class(_NETWORKED)) for name in _QUOTA_CLASSES},
            {"update_quota_class": _body(older.old_quotas("quota_class_set", _NETWORKED))},
        ),
    ),
    Rung(
        "2.49",
        "network cards are plugged in with tags",
        {"attach_interface": Change(schema=lambda _: bodies.ATTACH_INTERFACE_UNTIL_2_48)},
    ),
    Rung(
        "2.48",
        "diagnostics of servers by the same names everywhere",
        {"get_server_diagnostics": Change(lower=lambda body: body.older)},
    ),
    Rung("2.47", "servers show their flavor as it was", servers(lowering.refer_to_flavor)),
    Rung(
        "2.41",
        "uuid of aggregates",
        {name: Change(lower=each("aggregate", "aggregates", dropping("uuid"))) for name in _AGGREGATES},
    ),
    Rung("2.40", "pages of usage", {name: Change(query=lenient) for name in ("list_usage", "get_usage")}),
    Rung("2.39", "image metadata is the image service's", _absolute("maxImageMeta")),
    Rung(
        "2.38",
        "an unknown status of a listing is refused",
        {name: Change(query=older.any_status) for name in _LISTED},
    ),
    Rung(
        "2.37",
        "networks is required, auto or none will do",
        {"create_server": Change(lift=older.any_network, schema=older.networks_optional)},
    ),
    Rung(
        "2.36",
        "what the network service keeps is asked of it",
        _merged(
            _recall("quota_set", _QUOTA_SETS, *_NETWORKED),
            {"update_quota_set": _body(older.old_quotas("quota_set", _NETWORKED))},
            _absolute(
                "maxTotalFloatingIps",
                "maxSecurityGroups",
                "maxSecurityGroupRules",
                "totalFloatingIpsUsed",
                "totalSecurityGroupsUsed",
            ),
        ),
    ),
    Rung("2.35", "pages of keypairs", {"list_keypairs": Change(query=lenient)}),
    Rung("2.32", "tags of devices and networks", {"create_server": _body(older.nic_without("tag"))}),
    Rung(
        "2.28",
        "cpu_info of hypervisors is an object",
        {name: Change(lower=each("hypervisor", "hypervisors", lowering.cpu_as_text)) for name in _HYPERVISORS},
    ),
    Rung(
        "2.26",
        "tags of servers",
        _merged(
            without_fields("tags"),
            {name: _no_query("tags", "tags-any", "not-tags", "not-tags-any") for name in _LISTED},
        ),
    ),
    Rung(
        "2.19",
        "description of servers",
        _merged(
            without_fields("description"),
            _no_create("description"),
            {"update_server": _body(lambda schema: without(schema, "server", "description"))},
            {"rebuild_server": _body(lambda schema: without(schema, "rebuild", "description"))},
        ),
    ),
    Rung("2.16", "host_status of servers", without_fields("host_status")),
    Rung("2.15", "soft affinity", {"create_server_group": _body(older.hard_policies)}),
    Rung(
        "2.13",
        "owners of server groups",
        {
            name: Change(lower=each("server_group", "server_groups", dropping("project_id", "user_id")))
            for name in (*_GROUPS, "create_server_group")
        },
    ),
    Rung(
        "2.11",
        "forced_down of services",
        {"list_services": Change(lower=each("service", "services", dropping("forced_down")))},
    ),
    Rung(
        "2.10",
        "keypairs of other users",
        {"create_keypair": _body(lambda schema: without(schema, "keypair", "user_id"))},
    ),
    Rung("2.9", "locked of servers", without_fields("locked")),
    Rung("2.8", "consoles by WebMKS", {"create_remote_console": _body(older.no_mks)}),
    Rung(
        "2.3",
        "more of what administrators see of servers",
        without_fields(
            *(
                f"OS-EXT-SRV-ATTR:{name}"
                for name in (
                    "reservation_id",
                    "launch_index",
                    "hostname",
                    "kernel_id",
                    "ramdisk_id",
                    "root_device_name",
                    "user_data",
                )
            )
        ),
    ),
    Rung("2.3", "what becomes of a server's volumes when it is deleted", servers(lowering.only_ids_of_volumes)),
    Rung(
        "2.2",
        "type of keypairs",
        {
            "create_keypair": Change(
                lower=lowering.keypairs("type"), schema=lambda schema: without(schema, "keypair", "type"), status=200
            ),
            "delete_keypair": Change(status=202),
            "get_keypair": Change(lower=lowering.keypairs("type")),
            "list_keypairs": Change(lower=lowering.keypairs("type")),
        },
    ),
)

LADDER = Ladder("compute", "2.1", "2.96", (*_RUNGS, *ACTION_RUNGS))
