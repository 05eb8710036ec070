"""What is secret of a server does not rest in the database as it is."""

from __future__ import annotations

from sqlalchemy import text

from tests.clouds import OpenCloud

SECRET = "correct-horse-battery"


def test_a_servers_password_is_sealed_at_rest(cloud: OpenCloud) -> None:
    server = {"name": "web", "flavorRef": cloud.names["small"], "imageRef": cloud.names["tiny"], "networks": "none"}
    asked = {"server": server | {"adminPass": SECRET, "config_drive": True}}
    made = cloud.ask("POST", "/compute/v2.1/servers", asked)["server"]
    cloud.work()

    with cloud.plane.ground.db.read() as connection:
        rows = connection.execute(text("SELECT birth FROM server_births")).scalars().all()

    assert made["adminPass"] == SECRET
    assert rows
    assert SECRET not in "".join(rows)
    _, guest = cloud.reality.hosts.find_guest(made["id"])
    assert SECRET in guest.spec.metadata.meta_data
