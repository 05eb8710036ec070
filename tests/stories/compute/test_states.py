"""Every action in every state: what the table does not allow is refused with the reason, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from haneul.services.compute import ALLOWED, ServerState
from tests.clouds import OpenCloud
from tests.faults.drill import settle
from tests.faults.lab import Lab, furnish

ACTIONS: dict[str, dict[str, Any]] = {
    "start": {"os-start": None},
    "stop": {"os-stop": None},
    "reboot": {"reboot": {"type": "SOFT"}},
    "hard reboot": {"reboot": {"type": "HARD"}},
    "rebuild": {"rebuild": {"imageRef": "$tiny"}},
    "pause": {"pause": None},
    "unpause": {"unpause": None},
    "suspend": {"suspend": None},
    "resume": {"resume": None},
    "rescue": {"rescue": None},
    "unrescue": {"unrescue": None},
    "resize": {"resize": {"flavorRef": "$large"}},
    "migrate": {"migrate": None},
    "confirmResize": {"confirmResize": None},
    "revertResize": {"revertResize": None},
    "live migrate": {"os-migrateLive": {"host": None, "block_migration": "auto"}},
    "evacuate": {"evacuate": {}},
    "createImage": {"createImage": {"name": "picture"}},
    "createBackup": {"createBackup": {"name": "backup", "backup_type": "daily", "rotation": 1}},
    "shelve": {"shelve": None},
    "shelveOffload": {"shelveOffload": None},
    "unshelve": {"unshelve": None},
    "changePassword": {"changePassword": {"adminPass": "secret"}},
    "injectNetworkInfo": {"injectNetworkInfo": None},
    "restore": {"restore": None},
}
"""How each is asked for by the one address of actions."""
ELSEWHERE = {"attach_interface", "detach_interface", "update metadata", "update tags"}
STATES = [state for state in ServerState if state not in (ServerState.DELETED, ServerState.DELETING)]

FORBIDDEN = [(state, action) for action in ACTIONS for state in STATES if state not in ALLOWED[action]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    from tests.clouds import open_cloud

    with open_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        lab = furnish(cloud)
        lab.create()
        settle(lab, lab.engine, lab.turn)
        yield lab


def _put(lab: Lab, state: ServerState) -> None:
    """As if it had come to that state, with all that is done about its guest left out."""
    parts = lab.cloud.plane.cloud.compute.parts
    parts.store.servers.change(lab.server, parts.clock.now(), state=state.value)


def _all_of(cloud: OpenCloud, server: str) -> object:
    compute = cloud.plane.cloud.compute.parts
    images = len(cloud.ask("GET", "/image/v2/images?limit=100")["images"])
    runs = len(cloud.plane.ground.runs.history(server))
    return compute.store.servers.get(server), compute.store.moves.open_of(server), runs, images


def test_every_action_of_the_table_is_tried() -> None:
    assert ACTIONS.keys() | ELSEWHERE == ALLOWED.keys()


@pytest.mark.parametrize(("state", "action"), FORBIDDEN)
def test_an_action_in_a_state_that_forbids_it_is_refused(lab: Lab, state: ServerState, action: str) -> None:
    _put(lab, state)
    before = _all_of(lab.cloud, lab.server)
    names = {f"${name}": value for name, value in lab.cloud.names.items()}
    body = {key: _filled(value, names) for key, value in ACTIONS[action].items()}

    token = lab.cloud.token_of("admin") or ""
    headers = {"x-auth-token": token, "openstack-api-version": "compute latest"}
    answer = lab.cloud.http.post(f"/compute/v2.1/servers/{lab.server}/action", headers=headers, json=body)

    assert answer.status_code == 409, answer.text
    assert "it has to be" in answer.json()["conflictingRequest"]["message"]
    assert _all_of(lab.cloud, lab.server) == before


@pytest.mark.parametrize("state", STATES)
def test_metadata_tags_and_cards_stay_as_they_are_where_the_state_forbids_it(lab: Lab, state: ServerState) -> None:
    _put(lab, state)
    before = _all_of(lab.cloud, lab.server)
    asked = {
        "update metadata": ("PUT", "/metadata", {"metadata": {"a": "b"}}),
        "update tags": ("PUT", "/tags", {"tags": ["a"]}),
        "attach_interface": ("POST", "/os-interface", {"interfaceAttachment": {"net_id": lab.network}}),
        "detach_interface": ("DELETE", f"/os-interface/{_port(lab)}", None),
    }
    for action, (method, path, body) in asked.items():
        if state in ALLOWED[action]:
            continue
        headers = {"x-auth-token": lab.cloud.token_of("demo") or "", "openstack-api-version": "compute latest"}
        url = f"/compute/v2.1/servers/{lab.server}{path}"
        answer = lab.cloud.http.request(method, url, headers=headers, json=body)

        assert answer.status_code == 409, f"{action}: {answer.text}"
    assert _all_of(lab.cloud, lab.server) == before


def _port(lab: Lab) -> str:
    return str(lab.ask("GET", f"/servers/{lab.server}/os-interface")["interfaceAttachments"][0]["port_id"])


def _filled(value: Any, names: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    return names.get(value, value) if isinstance(value, str) else value
