"""Attributes that every noun of the API has."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import CREATE, UPDATE, Attribute, show_time
from haneul.services.network import is_shared_with

ID = Attribute("id")
NAME = Attribute("name", read=readers.text)
DESCRIPTION = Attribute("description", read=readers.text_or_empty)
ADMIN_STATE = Attribute("admin_state_up", "is_admin_up", readers.boolean)
SHARED = Attribute(
    "shared",
    "is_shared",
    readers.boolean,
    show_to=lambda noun, caller: is_shared_with(noun, caller.project_id),
)
PROJECT = (
    Attribute("project_id", read=readers.text, on=(CREATE,)),
    Attribute("tenant_id", "project_id"),
)
TAGS = Attribute("tags", read=readers.texts, on=(CREATE,), is_filter=False)
HISTORY = (
    Attribute("created_at", show=lambda noun: show_time(noun.created_at), is_filter=False),
    Attribute("updated_at", show=lambda noun: show_time(noun.updated_at), is_filter=False),
    Attribute("revision_number", is_filter=False),
)


def show_routes(routes: Any) -> list[dict[str, str]]:
    return [{"destination": route.destination, "nexthop": route.nexthop} for route in routes]


def show_fixed_ips(fixed_ips: Any) -> list[dict[str, str]]:
    return [{"subnet_id": fixed.subnet_id, "ip_address": fixed.ip_address} for fixed in fixed_ips]


__all__ = ["ADMIN_STATE", "CREATE", "DESCRIPTION", "HISTORY", "ID", "NAME", "PROJECT", "SHARED", "TAGS", "UPDATE"]
