"""How many times over hosts are given away."""

from __future__ import annotations

from tests.clouds import OpenCloud


def test_hosts_are_given_away_as_often_as_the_settings_say(cloud: OpenCloud) -> None:
    provider = cloud.ask("GET", "/placement/resource_providers", user="admin")["resource_providers"][0]["uuid"]

    room = cloud.ask("GET", f"/placement/resource_providers/{provider}/inventories", user="admin")["inventories"]

    settings = cloud.plane.ground.settings
    assert room["VCPU"]["allocation_ratio"] == settings.cpu_overcommit == 16
    assert room["MEMORY_MB"]["allocation_ratio"] == settings.memory_overcommit == 1
    assert room["DISK_GB"]["allocation_ratio"] == 1
