"""The agent's one connection: it dials out, and dials again whenever the connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException
from websockets.frames import CloseCode

from haneul.agent.enrol import Identity, open_connection
from haneul.hostapi import CONTROL_OPERATIONS, Enrolment, Event, HostInventory
from haneul.kit import x509
from haneul.kit.clock import Clock
from haneul.kit.errors import CloudError, Unavailable
from haneul.kit.peer import Command, Notice, Peer, PeerBug

log = logging.getLogger(__name__)

REPORT_S = 60.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 15.0
_ANSWER_S = 60.0


class Link:
    """`serve` carries out the control plane's commands; `take_stock` is asked once a minute."""

    def __init__(
        self,
        address: str,
        identity: Identity,
        clock: Clock,
        serve: Callable[[Command], Awaitable[Any]],
        take_stock: Callable[[], HostInventory],
    ) -> None:
        self._address = address
        self._identity = identity
        self._clock = clock
        self._serve = serve
        self._take_stock = take_stock
        self._loop = asyncio.get_running_loop()
        self._peer: Peer | None = None
        self._telling: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled."""
        wait_s = FIRST_WAIT_S
        while True:
            began = self._clock.monotonic()
            try:
                await self._stay_connected()
            except (OSError, WebSocketException, TimeoutError, CloudError, PeerBug) as error:
                log.warning("no connection to the control plane at %s: %s", self._address, error)
            if self._clock.monotonic() - began > LONGEST_WAIT_S:
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.5))
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def ask(self, op: str, args: dict[str, Any]) -> Any:
        """Ask the control plane. Raises Unavailable("control.away") while it is not connected."""
        peer = self._peer
        if peer is None:
            raise Unavailable("control.away", "The control plane is not connected: ask again")
        operation = CONTROL_OPERATIONS[op]
        try:
            answer = await asyncio.wait_for(peer.ask(op, args), _ANSWER_S)
        except TimeoutError as error:
            raise Unavailable("control.timeout", "The control plane did not answer in time: ask again") from error
        return msgspec.convert(answer, operation.returns)

    def ask_from_thread(self, op: str, args: dict[str, Any]) -> Any:
        """`ask`, for threads other than the loop's."""
        return asyncio.run_coroutine_threadsafe(self.ask(op, args), self._loop).result(_ANSWER_S + 5)

    def tell(self, event: Event) -> None:
        """From any thread. Lost while nobody is connected: whoever connects looks at everything anew."""
        self._loop.call_soon_threadsafe(self._begin_telling, event)

    def _begin_telling(self, event: Event) -> None:
        if self._peer is not None:
            task = self._loop.create_task(self._tell(self._peer, event))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self, peer: Peer, event: Event) -> None:
        try:
            await peer.tell(event.name, event.subject)
        except Unavailable as error:
            log.info("event %s of %s is lost with the connection: %s", event.name, event.subject, error)

    async def _stay_connected(self) -> None:
        async with open_connection(self._address, "/agent", await self._tls()) as connection:
            peer = Peer(connection, self._serve, _ignore)
            reading = asyncio.create_task(peer.run())
            reporting = asyncio.create_task(self._report(peer))
            try:
                await asyncio.wait({reading, reporting}, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                await connection.close(CloseCode.GOING_AWAY, "the agent ends")
                raise
            finally:
                self._peer = None
                reading.cancel()
                reporting.cancel()
                results = await asyncio.gather(reading, reporting, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _report(self, peer: Peer) -> None:
        """Introduce this host, then tell how it is, once a minute; renew its certificate in time."""
        while True:
            inventory = await asyncio.to_thread(self._take_stock)
            await asyncio.wait_for(peer.ask("report_inventory", {"inventory": inventory}), _ANSWER_S)
            if self._peer is None:
                log.info("connected to the control plane at %s as host %s", self._address, inventory.host_id)
            self._peer = peer
            if self._identity.is_renewal_due(self._clock.now()):
                await self.renew()
            await asyncio.sleep(REPORT_S)

    @contextlib.asynccontextmanager
    async def dial(self, path: str) -> AsyncIterator[ClientConnection]:
        """Another connection, for what has no place on the first one."""
        async with open_connection(self._address, path, await self._tls()) as connection:
            yield connection

    async def renew(self) -> None:
        """Get a new certificate for a new key; it counts from the next connection on."""
        key_pem = x509.new_key()
        request_pem = x509.make_request(key_pem, self._identity.host_id)
        enrolment: Enrolment = await self.ask("renew_certificate", {"request_pem": request_pem})
        self._identity.keep(key_pem, enrolment)
        log.info("the certificate of host %s is renewed", enrolment.host_id)

    async def _tls(self) -> ssl.SSLContext:
        return await asyncio.to_thread(self._identity.tls)


def _ignore(notice: Notice) -> None:
    """The control plane has no news for hosts: they are asked."""
