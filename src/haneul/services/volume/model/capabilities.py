"""What every place for volumes can do, and whether that is what a volume type asks for."""

from __future__ import annotations

from collections.abc import Mapping

from haneul.kit.spec_words import meets

CAPABILITIES: Mapping[str, str | bool] = {
    "vendor_name": "Haneul",
    "driver_version": "1.0",
    "storage_protocol": "file",
    "thin_provisioning_support": True,
    "thick_provisioning_support": False,
    "multiattach": True,
    "QoS_support": True,
    "replication_enabled": False,
}
_OF_THE_PLACE = ("volume_backend_name",)
_SCOPE = "capabilities:"


def unmet(extra_specs: Mapping[str, str]) -> str:
    """The first spec that places do not meet, as `name=value`; empty if they meet all.

    A spec with another scope than `capabilities:` asks nothing of a place.
    """
    for key, wanted in extra_specs.items():
        name = key.removeprefix(_SCOPE)
        if ":" in name or name in _OF_THE_PLACE:
            continue
        if not meets(str(CAPABILITIES.get(name, "")), wanted or ""):
            return f"{key}={wanted}"
    return ""
