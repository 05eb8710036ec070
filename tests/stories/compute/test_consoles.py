"""Remote consoles: a token is for one server, for one time and for a short while."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.services.compute import ConsoleKind, ConsoleStream
from haneul.services.compute.store.tables import console_grants
from tests.stories.compute.conftest import ADMIN, DEMO, OTHER, READER, Bench


def _first_words(console: ConsoleStream) -> bytes:
    return asyncio.run(console.receive())


def test_a_token_opens_its_console_once(bench: Bench) -> None:
    server = bench.make().server
    grant = bench.face.consoles.grant(DEMO, server.id, ConsoleKind.VNC)

    assert _first_words(bench.face.consoles.open(grant.token)) == b"RFB 003.008\n"
    with pytest.raises(Forbidden, match="unknown, used or too old"):
        bench.face.consoles.open(grant.token)


def test_a_token_is_kept_by_its_hash_only(bench: Bench) -> None:
    grant = bench.face.consoles.grant(DEMO, bench.make().server.id, ConsoleKind.SERIAL)

    with bench.db.read() as c:
        rows = c.execute(select(console_grants)).all()
    assert len(rows) == 1
    assert grant.token not in str(rows)


def test_a_token_expires(bench: Bench) -> None:
    grant = bench.face.consoles.grant(DEMO, bench.make().server.id, ConsoleKind.VNC)
    bench.clock.move(601)

    with pytest.raises(Forbidden):
        bench.face.consoles.open(grant.token)
    with pytest.raises(NotFound):
        bench.face.consoles.look_up(ADMIN, grant.token)


def test_a_token_goes_with_its_server(bench: Bench) -> None:
    server = bench.make().server
    grant = bench.face.consoles.grant(DEMO, server.id, ConsoleKind.VNC)
    console = bench.face.consoles.open(bench.face.consoles.grant(DEMO, server.id, ConsoleKind.SERIAL).token)
    bench.face.servers.delete(DEMO, server.id)
    bench.work()

    with pytest.raises(Forbidden):
        bench.face.consoles.open(grant.token)

    async def rest() -> list[bytes]:
        return [await console.receive(), await console.receive()]

    assert asyncio.run(rest())[1] == b"", "what is open ends"


def test_a_token_of_one_kind_is_none_of_another(bench: Bench) -> None:
    grant = bench.face.consoles.grant(DEMO, bench.make().server.id, ConsoleKind.VNC)

    with pytest.raises(Forbidden):
        bench.face.consoles.open(grant.token, ConsoleKind.SERIAL)


def test_consoles_are_for_those_who_may_change_the_server(bench: Bench) -> None:
    server = bench.make().server

    with pytest.raises(NotFound):
        bench.face.consoles.grant(OTHER, server.id, ConsoleKind.VNC)
    with pytest.raises(Forbidden):
        bench.face.consoles.grant(READER, server.id, ConsoleKind.VNC)
    with pytest.raises(Forbidden):
        bench.face.consoles.look_up(DEMO, "anything")


def test_a_server_that_is_off_has_no_console(bench: Bench) -> None:
    server = bench.make().server
    bench.face.servers.stop(DEMO, server.id)
    bench.work()

    with pytest.raises(Conflict):
        bench.face.consoles.grant(DEMO, server.id, ConsoleKind.VNC)


def test_an_administrator_sees_what_a_token_opens(bench: Bench) -> None:
    view = bench.make()
    grant = bench.face.consoles.grant(DEMO, view.server.id, ConsoleKind.VNC)

    found = bench.face.consoles.look_up(ADMIN, grant.token)

    assert view.host is not None
    assert (found.server_id, found.host.name) == (view.server.id, view.host.name)
    assert bench.face.consoles.open(grant.token), "looking does not use it up"
