"""What differs in the whole cloud, as an operator is told it over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from haneul.hostapi import VolumePlace
from tests.clouds import OpenCloud, open_cloud


def drift(cloud: OpenCloud) -> list[tuple[str, str, str, str]]:
    found: list[dict[str, Any]] = cloud.ask("GET", "/haneul/v1/drift", user="admin")["drift"]
    return [(each["service"], each["kind"], each["what"], each["id"]) for each in found]


def volume(cloud: OpenCloud) -> str:
    project = cloud.names["demo_project"]
    made = cloud.ask("POST", f"/volume/v3/{project}/volumes", {"volume": {"size": 1}})["volume"]["id"]
    cloud.work()
    return str(made)


def test_volumes_that_are_gone_of_nobody_or_somebodys_are_told(tmp_path: Path) -> None:
    with open_cloud(tmp_path) as cloud:
        gone = volume(cloud)
        assert drift(cloud) == []
        host = next(each for each in cloud.reality.hosts.hosts.values() if each.volumes)
        (place,) = host.volumes
        file = host.volumes.pop(place)
        stray = "11111111-1111-4111-8111-111111111111"
        host.volumes[VolumePlace(place.backend, stray)] = file
        host.volumes[VolumePlace(place.backend, "theirs")] = file

        assert sorted(drift(cloud)) == [
            ("volume", "foreign", "file", "theirs"),
            ("volume", "left_over", "file", stray),
            ("volume", "missing", "file", gone),
        ]


def test_data_of_images_that_are_gone_or_of_nobody_are_told(tmp_path: Path) -> None:
    with open_cloud(tmp_path) as cloud:
        store = cloud.plane.world.stores.default.blobs
        (kept,) = store.list()
        draft = store.begin("stray")
        draft.write(b"of nobody")
        draft.close()
        store.keep("stray", "0" * 128)
        store.remove(kept.address)

        assert drift(cloud) == [("image", "missing", "data", kept.address), ("image", "left_over", "data", "0" * 128)]


def test_a_host_that_is_away_is_told_and_not_judged(tmp_path: Path) -> None:
    with open_cloud(tmp_path) as cloud:
        volume(cloud)
        host = next(each for each in cloud.reality.hosts.hosts.values() if each.volumes)
        host.volumes.clear()
        cloud.reality.hosts.take_away(host.host_id)

        answer = cloud.ask("GET", "/haneul/v1/drift", user="admin")

        assert [(each["kind"], each["what"], each["host_id"]) for each in answer["drift"]] == [
            ("away", "agent", host.host_id)
        ]
        assert {(each["service"], each["host_id"]) for each in answer["unseen"]} == {
            ("compute", host.host_id),
            ("volume", host.host_id),
        }
