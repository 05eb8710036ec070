"""The drivers by the names that the settings use for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

DRIVERS: Mapping[str, Mapping[str, str]] = {
    "compute": {
        "agents": "haneul.drivers.compute.agents:AgentHosts",
        "fake": "haneul.drivers.compute.fake:FakeHosts",
    },
    "network": {
        "ovn": "haneul.drivers.network.ovn:OvnNetworks",
        "fake": "haneul.drivers.network.fake:FakeNetworks",
    },
    "identity": {
        "web": "haneul.drivers.identity.web:WebIssuers",
        "fake": "haneul.drivers.identity.fake:FakeIssuers",
    },
    "volume": {
        "agents": "haneul.drivers.volume.agents:AgentVolumes",
        "fake": "haneul.drivers.volume.fake:FakeVolumes",
        "backups": "haneul.drivers.volume.backups:BackupDirectory",
    },
    "image": {
        "directory": "haneul.drivers.image.directory:DirectoryStore",
        "fake": "haneul.drivers.image.fake:FakeStore",
    },
}


def driver(family: str, name: str) -> Callable[..., Any]:
    """The class of a driver; imported only when it is asked for, as some need what not every machine has."""
    module, _, cls = DRIVERS[family][name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), cls)
    return found
