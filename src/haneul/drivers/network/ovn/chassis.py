"""Hosts as OVN's southbound database shows them. Source: ovn-sb(5), tables Chassis, Chassis_Private and Encap."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from haneul.services.network.model.agents import Chassis

COLUMNS = {
    "Chassis": ("name", "hostname", "other_config", "encaps"),
    "Chassis_Private": ("name", "nb_cfg", "nb_cfg_timestamp"),
    "Encap": ("type", "ip"),
    "SB_Global": ("nb_cfg",),
}
"""All that is read of the southbound database, which is full of flows that are none of ours."""
STALE_S = 75
"""A host that is so far behind the newest change of the network does not keep up."""


def list_chassis(idl: Any) -> tuple[Chassis, ...]:
    private = {row.name: row for row in idl.tables["Chassis_Private"].rows.values()}
    wanted = max((row.nb_cfg for row in idl.tables["SB_Global"].rows.values()), default=0)
    rows = sorted(idl.tables["Chassis"].rows.values(), key=lambda row: row.name)
    return tuple(_chassis(row, private.get(row.name), wanted) for row in rows)


def remove_chassis(idl: Any, name: str) -> None:
    for table in ("Chassis_Private", "Chassis"):
        for row in list(idl.tables[table].rows.values()):
            if row.name == name:
                row.delete()


def _chassis(row: Any, private: Any, wanted: int) -> Chassis:
    seen_at = None
    is_alive = private is not None
    if private is not None and private.nb_cfg_timestamp:
        seen_at = datetime.fromtimestamp(private.nb_cfg_timestamp / 1000, UTC)
        age_s = (datetime.now(UTC) - seen_at).total_seconds()
        is_alive = private.nb_cfg >= wanted or age_s < STALE_S
    encaps = sorted(row.encaps, key=lambda encap: encap.type)
    return Chassis(
        name=row.name,
        hostname=row.hostname,
        is_alive=is_alive,
        seen_at=seen_at,
        bridge_mappings=_mappings(row.other_config.get("ovn-bridge-mappings", "")),
        encap_types=tuple(encap.type for encap in encaps),
        address=encaps[0].ip if encaps else "",
    )


def _mappings(text: str) -> dict[str, str]:
    """`physnet1:br-ex,physnet2:br-vlan` -> {physnet1: br-ex, physnet2: br-vlan}."""
    pairs = (part.partition(":") for part in text.split(",") if ":" in part)
    return {name.strip(): bridge.strip() for name, _, bridge in pairs}
