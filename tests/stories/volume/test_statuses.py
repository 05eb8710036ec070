"""Every action on a volume in every status: what the status forbids is refused with the reason, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from haneul.services.volume.model import FAILED, Status
from tests.clouds import OpenCloud, open_cloud
from tests.faults.drill import settle
from tests.faults.volume_lab import VolumeLab, furnish_volumes, snapshot, volume

S = Status
STATUSES = [status for status in Status if status not in (S.RESTORED_FROM, S.DELETING, S.CREATING)]
"""Those that a volume may be found in. CREATING has a run at work, DELETING is deleted already."""
REST = frozenset({S.AVAILABLE, S.IN_USE})

ACTIONS: dict[str, tuple[frozenset[Status], str, str, dict[str, Any] | None]] = {
    "extend": (REST, "POST", "/volumes/$volume/action", {"os-extend": {"new_size": 2}}),
    "revert": (frozenset({S.AVAILABLE}), "POST", "/volumes/$volume/action", {"revert": {"snapshot_id": "$snapshot"}}),
    "upload": (
        frozenset({S.AVAILABLE}),
        "POST",
        "/volumes/$volume/action",
        {"os-volume_upload_image": {"image_name": "copy"}},
    ),
    "reimage": (
        frozenset({S.AVAILABLE, S.ERROR}),
        "POST",
        "/volumes/$volume/action",
        {"os-reimage": {"image_id": "$tiny"}},
    ),
    "retype": (REST, "POST", "/volumes/$volume/action", {"os-retype": {"new_type": "other"}}),
    "reserve": (frozenset({S.AVAILABLE}), "POST", "/volumes/$volume/action", {"os-reserve": {}}),
    "roll detaching": (frozenset({S.DETACHING}), "POST", "/volumes/$volume/action", {"os-roll_detaching": {}}),
    "read only": (
        frozenset({S.AVAILABLE}),
        "POST",
        "/volumes/$volume/action",
        {"os-update_readonly_flag": {"readonly": True}},
    ),
    "delete": (frozenset({S.AVAILABLE}) | FAILED, "DELETE", "/volumes/$volume?cascade=true", None),
    "snapshot": (REST, "POST", "/snapshots", {"snapshot": {"volume_id": "$volume"}}),
    "backup": (frozenset({S.AVAILABLE}), "POST", "/backups", {"backup": {"volume_id": "$volume"}}),
    "clone": (REST, "POST", "/volumes", {"volume": {"source_volid": "$volume"}}),
    "transfer": (frozenset({S.AVAILABLE}), "POST", "/volume-transfers", {"transfer": {"volume_id": "$volume"}}),
    "attach": (
        frozenset({S.AVAILABLE, S.DOWNLOADING}),
        "POST",
        "/attachments",
        {"attachment": {"volume_uuid": "$volume", "instance_uuid": "11111111-2222-4333-8444-555555555555"}},
    ),
}
"""In which statuses each may be done, and how it is asked for."""
FORBIDDEN = [
    (status, action) for action, (allowed, *_) in ACTIONS.items() for status in STATUSES if status not in allowed
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VolumeLab]:
    with open_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        lab = furnish_volumes(cloud)
        for make in (volume, snapshot):
            make(lab)
            settle(lab, lab.engine, lab.turn)
        lab.of("POST", "/types", {"volume_type": {"name": "other"}}, "admin")
        yield lab


def _all_of(cloud: OpenCloud, volume_id: str) -> object:
    parts = cloud.plane.cloud.volume.parts
    counts = [len(cloud.ask("GET", f"/volume/v3/{noun}")[noun]) for noun in ("volumes", "snapshots", "backups")]
    return parts.store.volumes.get(volume_id), counts, len(cloud.plane.ground.runs.history(volume_id))


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    for name, meant in names.items() if isinstance(value, str) else ():
        value = value.replace(f"${name}", meant)
    return value


@pytest.mark.parametrize(("status", "action"), FORBIDDEN)
def test_an_action_in_a_status_that_forbids_it_is_refused(lab: VolumeLab, status: Status, action: str) -> None:
    lab.cloud.plane.cloud.volume.parts.store.volumes.change(lab.ids["volume"], status=status)
    before = _all_of(lab.cloud, lab.ids["volume"])
    _allowed, method, path, body = ACTIONS[action]
    names = {**lab.ids, "tiny": lab.cloud.names["tiny"]}

    headers = {"x-auth-token": lab.cloud.token_of("demo") or "", "openstack-api-version": "volume latest"}
    url = f"/volume/v3{_filled(path, names)}"
    answer = lab.cloud.http.request(method, url, headers=headers, json=_filled(body, names))

    assert answer.status_code in (400, 409), answer.text
    assert status.value in answer.text
    assert _all_of(lab.cloud, lab.ids["volume"]) == before
