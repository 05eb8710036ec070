"""Who asked for what change is on record, and nobody alters that unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from haneul.kit.audit.tables import audit_records
from tests.clouds import PASSWORD, OpenCloud

Tamper = Callable[[OpenCloud, int], Any]


def records(cloud: OpenCloud, **asked: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    cloud.plane.upkeep.run_once("audit.keep")
    found = cloud.ask("GET", f"/haneul/v1/audit?{query}", user="admin")["records"]
    assert isinstance(found, list)
    return found


def proof(cloud: OpenCloud) -> dict[str, Any]:
    cloud.token_of("admin")
    cloud.plane.upkeep.run_once("audit.keep")
    found = cloud.ask("GET", "/haneul/v1/audit/proof", user="admin")["proof"]
    assert isinstance(found, dict)
    return found


def make_network(cloud: OpenCloud, name: str = "n") -> str:
    return str(cloud.ask("POST", "/network/v2.0/networks", {"network": {"name": name}})["network"]["id"])


def sign_in(cloud: OpenCloud) -> None:
    """So that the record has no sign-ins among what a test does."""
    for user in ("admin", "demo", "other"):
        cloud.token_of(user)


def test_a_change_is_on_record_with_who_what_where_and_result(cloud: OpenCloud) -> None:
    sign_in(cloud)
    network = make_network(cloud)
    refused = cloud.http.delete(
        f"/network/v2.0/networks/{network}", headers={"x-auth-token": cloud.token_of("other") or ""}
    )

    newest, before = records(cloud, limit="2")

    assert (newest["method"], newest["path"]) == ("DELETE", f"/network/v2.0/networks/{network}")
    assert (newest["user_name"], newest["status"]) == ("other", 404)
    assert newest["request_id"] == refused.headers["x-openstack-request-id"]
    assert (before["operation"], before["status"], before["api"]) == ("create_network", 201, "network")
    assert (before["user_id"], before["project_id"]) == (cloud.names["demo_user"], cloud.names["demo_project"])
    assert before["address"] == "testclient"


def test_reading_is_not_on_record_and_strangers_fill_nothing(cloud: OpenCloud) -> None:
    sign_in(cloud)
    before = records(cloud)

    cloud.ask("GET", "/network/v2.0/networks")
    assert cloud.http.post("/network/v2.0/networks", json={"network": {}}).status_code == 401

    assert records(cloud) == before


def test_sign_ins_are_on_record_also_those_that_fail(cloud: OpenCloud) -> None:
    sign_in(cloud)
    for password, status in (("wrong", 401), (PASSWORD, 201)):
        user = {"name": "demo", "domain": {"id": "default"}, "password": password}
        auth = {"identity": {"methods": ["password"], "password": {"user": user}}}
        assert cloud.http.post("/identity/v3/auth/tokens", json={"auth": auth}).status_code == status

    good, bad = records(cloud, path="/identity/v3/auth/tokens", limit="2")

    assert (bad["user_name"], bad["user_id"], bad["status"]) == ("demo", "", 401)
    assert (good["user_name"], good["user_id"], good["status"]) == ("demo", cloud.names["demo_user"], 201)
    assert PASSWORD not in str((good, bad))


def test_records_are_found_by_who_what_and_when_page_by_page(cloud: OpenCloud) -> None:
    began = cloud.clock.now()
    ids = [make_network(cloud, str(number)) for number in range(5)]
    cloud.clock.move(60)
    later = cloud.clock.now()
    cloud.ask("DELETE", f"/network/v2.0/networks/{ids[0]}")
    mine = {"project_id": cloud.names["demo_project"], "path": "/network/"}

    everything = records(cloud, **mine, since=began.isoformat().replace("+00:00", "Z"))
    assert [each["method"] for each in everything] == ["DELETE", *["POST"] * 5]
    pages = records(cloud, **mine, limit="4")
    pages += records(cloud, **mine, limit="4", marker=pages[-1]["id"])
    assert pages[:6] == everything
    until = records(cloud, **mine, until=later.isoformat().replace("+00:00", "Z"))
    assert [each["method"] for each in until[:5]] == ["POST"] * 5
    assert records(cloud, request_id=everything[0]["request_id"]) == everything[:1]
    assert records(cloud, path="/compute/v2.1/nothing") == []


def test_only_administrators_see_it(cloud: OpenCloud) -> None:
    for path in ("/haneul/v1/audit", "/haneul/v1/audit/proof"):
        answer = cloud.http.get(path, headers={"x-auth-token": cloud.token_of("demo") or ""})
        assert answer.status_code == 403


def test_what_makes_no_sense_is_refused(cloud: OpenCloud) -> None:
    for query in ("marker=control:999999", "marker=x", "since=yesterday", "limit=-1"):
        answer = cloud.http.get(f"/haneul/v1/audit?{query}", headers={"x-auth-token": cloud.token_of("admin") or ""})
        assert answer.status_code == 400, query


def change(cloud: OpenCloud, number: int) -> None:
    with cloud.plane.ground.db.write() as c:
        c.execute(update(audit_records).where(audit_records.c.number == number).values(user_name="somebody else"))


def take_away(cloud: OpenCloud, number: int) -> None:
    with cloud.plane.ground.db.write() as c:
        c.execute(delete(audit_records).where(audit_records.c.number == number))


def cut_off(cloud: OpenCloud, number: int) -> None:
    with cloud.plane.ground.db.write() as c:
        c.execute(delete(audit_records).where(audit_records.c.number >= number))


@pytest.mark.parametrize("tamper", [change, take_away, cut_off])
def test_what_is_altered_is_noticed(cloud: OpenCloud, tamper: Tamper) -> None:
    for number in range(4):
        make_network(cloud, str(number))
    whole = proof(cloud)
    assert whole["holds"], whole
    end = whole["heads"]["control"]["number"]

    tamper(cloud, end - 1)

    broken = proof(cloud)
    assert not broken["holds"]
    assert end - 2 <= broken["breaks"][0]["number"] <= end


def test_it_is_noticed_after_a_restart_too(cloud: OpenCloud) -> None:
    make_network(cloud)
    end = proof(cloud)["heads"]["control"]["number"]
    cut_off(cloud, end)

    again = cloud.restarted()

    assert not proof(again)["holds"]


def test_a_killed_control_plane_loses_no_record(cloud: OpenCloud) -> None:
    for number in range(3):
        make_network(cloud, str(number))

    again = cloud.restarted()
    make_network(again, "after")

    told = proof(again)
    assert told["holds"], told
    assert [each["operation"] for each in records(again, path="/network/", limit="4")] == ["create_network"] * 4
    assert told["records"] == told["heads"]["control"]["number"]


def test_a_kill_after_the_database_has_them_doubles_nothing(cloud: OpenCloud) -> None:
    for number in range(3):
        make_network(cloud, str(number))
    cloud.plane.ground.audit.keep()
    before = records(cloud, path="/network/")
    make_network(cloud, "last")
    spool = cloud.state / "audit" / "control.spool"
    unkept = spool.read_bytes()
    cloud.plane.ground.audit.keep()
    (cloud.state / "audit" / "control.moving").write_bytes(unkept)

    again = cloud.restarted()

    assert proof(again)["holds"]
    assert records(again, path="/network/")[1:] == before


def test_old_records_are_forgotten_and_the_chain_still_holds(cloud: OpenCloud) -> None:
    make_network(cloud, "old")
    cloud.plane.ground.audit.keep()
    cloud.clock.move(timedelta(days=500).total_seconds())
    cloud.forget_tokens()
    make_network(cloud, "new")
    cloud.plane.ground.audit.keep()

    cloud.plane.upkeep.run_once("audit.forget")

    told = proof(cloud)
    assert told["holds"], told
    with cloud.plane.ground.db.read() as c:
        left = c.execute(select(func.count()).select_from(audit_records)).scalar_one()
    assert left == told["records"] < told["heads"]["control"]["number"]
    assert proof(cloud.restarted())["holds"]
