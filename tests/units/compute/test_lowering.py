"""What older clients see of newer answers."""

from __future__ import annotations

from haneul.dialects.openstack.compute import lowering


def test_before_2_3_the_volumes_of_a_server_are_their_ids_alone() -> None:
    key = "os-extended-volumes:volumes_attached"
    server = {key: [{"id": "one", "delete_on_termination": True}, {"id": "two", "delete_on_termination": False}]}

    lowering.only_ids_of_volumes(server)
    lowering.only_ids_of_volumes({})

    assert server == {key: [{"id": "one"}, {"id": "two"}]}
