"""Where agents dial in: WebSockets over TLS on a port of their own, in a thread with its own event loop."""

from __future__ import annotations

import asyncio
import logging
import ssl
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from haneul.drivers.compute.agents.consoles import AgentConsole, Streams
from haneul.drivers.compute.agents.hub import HostLine, Hub
from haneul.hostapi import CONTROL_OPERATIONS, MAX_MESSAGE_BYTES, SERVER_NAME, Enrolment, Event, HostInventory
from haneul.kit import x509
from haneul.kit.clock import Clock
from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.peer import Command, Notice, Peer
from haneul.services.compute.driver import Enroller, ReadImage

log = logging.getLogger(__name__)

_START_S = 10
_CONSOLE = "/console/"


@dataclass(frozen=True)
class ListenerSettings:
    host: str
    port: int
    """0: any that is free; `Listener.port` then tells which."""
    authority: x509.Authority
    certificate_days: int = 90


@dataclass(frozen=True)
class Services:
    """Whom the listener asks on behalf of agents; called in worker threads."""

    enroller: Enroller
    read_image: ReadImage
    clock: Clock
    read_stream: Callable[[str, int, int], bytes]


class Listener:
    def __init__(self, settings: ListenerSettings, services: Services, hub: Hub) -> None:
        self._settings = settings
        self._services = services
        self._hub = hub
        self.streams = Streams()
        self._ready = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="agents", daemon=True)
        self._end: asyncio.Event
        self.loop: asyncio.AbstractEventLoop
        self.port = settings.port

    def start(self) -> None:
        """Listens when this returns. Raises OSError when the port is taken."""
        self._thread.start()
        self._ready.wait(_START_S)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Fine if it has stopped."""
        if not self._thread.is_alive():
            return
        self.loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_START_S)

    def _run(self) -> None:
        try:
            uvloop.run(self._listen())
        except Exception as error:  # noqa: BLE001 - carried to the thread that waits in start()
            self._failure = error
        finally:
            self._ready.set()

    async def _listen(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        server = serve(
            self._welcome,
            self._settings.host,
            self._settings.port,
            ssl=self._tls(),
            max_size=MAX_MESSAGE_BYTES,
            compression=None,
            open_timeout=15,
            ping_interval=10,
            ping_timeout=20,
            close_timeout=2,
        )
        async with server as listening:
            self.port = next(iter(listening.sockets)).getsockname()[1]
            self._ready.set()
            await self._end.wait()

    def _tls(self) -> ssl.SSLContext:
        """A certificate made anew at every start; whoever has one of ours is asked to show it."""
        authority = self._settings.authority
        pair = authority.issue_server([SERVER_NAME], self._services.clock.now())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=authority.certificate_pem)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "pair.pem"
            x509.write_private(file, pair.key_pem + pair.certificate_pem)
            context.load_cert_chain(file)
        return context

    async def _welcome(self, connection: ServerConnection) -> None:
        try:
            await self._answer(connection)
        except ConnectionClosed as error:
            log.info("the connection from %s broke off: %s", connection.remote_address, error)

    async def _answer(self, connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else ""
        if path == "/ca":
            await connection.send(self._settings.authority.certificate_pem)
        elif path == "/join":
            await Peer(connection, self._serve_stranger, _ignore).run()
        elif path == "/agent":
            await self._serve_host(connection)
        elif path.startswith(_CONSOLE):
            await self._take_console(connection, path.removeprefix(_CONSOLE))
        else:
            await connection.close(4404, "there is /ca, /join, /agent and /console")

    async def _member(self, connection: ServerConnection) -> str:
        """The id of the host that calls; empty, and the connection closed, if it is no member."""
        host_id = _certified_name(connection)
        is_member = await asyncio.to_thread(self._services.enroller.is_member, host_id) if host_id else False
        if is_member:
            return host_id
        log.warning("refused %s as host %r", connection.remote_address, host_id)
        await connection.close(4403, "this host is no member of the cloud: join it with a new token")
        return ""

    async def _take_console(self, connection: ServerConnection, stream: str) -> None:
        """A console that was asked for; the connection is then in the hands of whoever asked."""
        host_id = await self._member(connection)
        if not host_id:
            return
        if not self.streams.offer(stream, host_id, AgentConsole(connection, self.loop)):
            await connection.close(4404, "nobody waits for this console")
            return
        await connection.wait_closed()

    async def _serve_host(self, connection: ServerConnection) -> None:
        host_id = await self._member(connection)
        if not host_id:
            return
        loop = asyncio.get_running_loop()

        def hang_up() -> None:
            asyncio.run_coroutine_threadsafe(connection.close(4000, "hung up"), loop)

        async def serve_command(command: Command) -> Any:
            return await self._serve_command(line, command)

        def hear(notice: Notice) -> None:
            self._hub.take_event(line, Event(notice.name, notice.subject))

        line = HostLine(host_id, Peer(connection, serve_command, hear), hang_up)
        self._hub.connect(line)
        try:
            await line.peer.run()
        finally:
            self._hub.disconnect(line)

    async def _serve_command(self, line: HostLine, command: Command) -> Any:
        args = _arguments(command)
        if command.op == "report_inventory":
            if args["inventory"].host_id != line.host_id:
                raise Forbidden("host.not_you", f"The certificate is that of host {line.host_id}")
            await self._check_name(args["inventory"])
            self._hub.take_inventory(line, args["inventory"])
            return None
        if command.op == "read_image":
            return await asyncio.to_thread(partial(self._services.read_image, **args))
        if command.op == "read_stream":
            return await asyncio.to_thread(partial(self._services.read_stream, **args))
        if command.op == "renew_certificate":
            return self._certify(line.host_id, args["request_pem"])
        raise Forbidden("host.joined_already", "This host has joined already: it may renew its certificate")

    async def _check_name(self, inventory: HostInventory) -> None:
        """Once for each connection and each name. Raises Conflict("host.name_taken")."""
        if self._hub.hostname(inventory.host_id) != inventory.hostname:
            check = self._services.enroller.check_name
            await asyncio.to_thread(check, inventory.host_id, inventory.hostname)

    async def _serve_stranger(self, command: Command) -> Enrolment:
        if command.op != "join":
            raise Forbidden("host.not_joined", "Join the cloud first: only `join` is answered here")
        args = _arguments(command)
        redeem = self._services.enroller.redeem
        host_id = await asyncio.to_thread(redeem, args["secret"], args["hostname"])
        log.info("host %s (%s) joined", args["hostname"], host_id)
        return self._certify(host_id, args["request_pem"])

    def _certify(self, host_id: str, request_pem: str) -> Enrolment:
        authority, now = self._settings.authority, self._services.clock.now()
        certificate = authority.sign_client(request_pem, host_id, now, self._settings.certificate_days)
        return Enrolment(host_id, certificate, authority.certificate_pem)


def _arguments(command: Command) -> dict[str, Any]:
    operation = CONTROL_OPERATIONS.get(command.op)
    if operation is None:
        raise Invalid("host.bad_command", f"Upgrade the control plane: it does not know {command.op}")
    try:
        return {name: msgspec.convert(command.args.get(name), kind) for name, kind in operation.takes.items()}
    except msgspec.ValidationError as error:
        raise Invalid("host.bad_command", f"{command.op}: {error}: are both programs of one release?") from error


def _certified_name(connection: ServerConnection) -> str:
    """The host's id by its certificate, which the TLS layer has verified; empty when it showed none."""
    tls = connection.transport.get_extra_info("ssl_object")
    certificate = tls.getpeercert(binary_form=True) if tls else None
    return x509.common_name(certificate) if certificate else ""


def _ignore(notice: Notice) -> None:
    """Strangers have no news."""
