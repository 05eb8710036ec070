"""The metadata service: one listener per network, all on the agent's own event loop."""

from __future__ import annotations

import asyncio
import logging
import socket
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from haneul.agent.drivers.nic.base import Nics
from haneul.agent.metadata.answers import Answers
from haneul.agent.metadata.http import MetadataProtocol, MetadataReply, MetadataRequest
from haneul.agent.metadata.namespaces import listen_in
from haneul.hostapi import MetadataPort

log = logging.getLogger(__name__)

ADDRESS, ADDRESS_IPV6, PORT = "169.254.169.254", "fe80::a9fe:a9fe", 80
_DEADLINE_S = 20


@dataclass(frozen=True)
class _Listener:
    servers: tuple[asyncio.Server, ...]
    namespace_inode: int
    address: tuple[str, int]


class Metadata:
    """Called from worker threads; `threads` carry out what may block."""

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: Executor, nics: Nics, answers: Answers) -> None:
        self._loop = loop
        self._threads = threads
        self._nics = nics
        self._answers = answers
        self._listeners: dict[str, _Listener] = {}

    def ensure(self, port: MetadataPort) -> None:
        """Answer at the port; listens anew where its namespace was made anew."""
        namespace = self._nics.ensure_metadata(port)
        inode = Path(namespace).stat().st_ino if namespace else 0
        listener = self._listeners.get(port.network_id)
        if listener is not None and listener.namespace_inode == inode:
            return
        if listener is not None:
            self.remove(port.network_id)
        # In our own namespace, where only fakes listen, any free port of the loopback does.
        sock = listen_in(namespace, ADDRESS, PORT) if namespace else listen_in("", "127.0.0.1", 0)
        address = sock.getsockname()
        servers = [self._serve(port.network_id, sock)]
        if namespace:
            servers.append(self._serve(port.network_id, listen_in(namespace, ADDRESS_IPV6, PORT, "eth0")))
        self._listeners[port.network_id] = _Listener(tuple(servers), inode, address)

    def remove(self, network_id: str) -> None:
        """No longer answer on the network; fine if that is so."""
        listener = self._listeners.pop(network_id, None)
        for server in listener.servers if listener is not None else ():
            self._loop.call_soon_threadsafe(server.close)

    def address(self, network_id: str) -> tuple[str, int] | None:
        """Where the network's guests are answered."""
        listener = self._listeners.get(network_id)
        return listener.address if listener else None

    def _serve(self, network_id: str, sock: socket.socket) -> asyncio.Server:
        connect = partial(MetadataProtocol, partial(self._answer, network_id), set())
        opening = asyncio.run_coroutine_threadsafe(self._loop.create_server(connect, sock=sock), self._loop)
        return opening.result(_DEADLINE_S)

    async def _answer(self, network_id: str, request: MetadataRequest) -> MetadataReply:
        try:
            work = partial(self._answers.answer, network_id, request)
            return await self._loop.run_in_executor(self._threads, work)
        except Exception:
            log.exception("answering %s for %s failed", request.path, request.source)
            return MetadataReply(500)
