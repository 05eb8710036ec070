"""The driver of real hosts: each operation is one command over the host's connection."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import Any

import msgspec

from haneul.drivers.compute.agents.hub import Hub
from haneul.drivers.compute.agents.listener import Listener, ListenerSettings, Services
from haneul.hostapi import (
    OPERATIONS,
    ConsoleAddress,
    ConsoleLog,
    DiskReport,
    DiskSpec,
    Event,
    GuestMetadata,
    GuestReport,
    GuestSpec,
    GuestUse,
    HostInventory,
    ImageSource,
    JoinToken,
    Leftovers,
    NicSpec,
    SnapshotReport,
    SnapshotSpec,
    VolumePlace,
    VolumeReport,
)
from haneul.kit.clock import Clock, SystemClock
from haneul.kit.errors import Conflict, NotFound, Unavailable
from haneul.kit.workflow import current_fence
from haneul.services.compute.driver import ConsoleStream, Enroller, ReadImage

ANSWER_S = 60.0


class AgentHosts:
    """`services.compute.driver.Hosts` over the agents that are connected."""

    can_move_running = False

    def __init__(self, settings: ListenerSettings, clock: Clock | None = None, answer_s: float = ANSWER_S) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._answer_s = answer_s
        self._hub = Hub()
        self._listener: Listener | None = None
        self._read_stream: Callable[[str, int, int], bytes] = _no_stream

    def start(self, enroller: Enroller, read_image: ReadImage) -> None:
        """Let agents in. Raises OSError when the port is taken."""
        self._listener = Listener(
            self._settings, Services(enroller, read_image, self._clock, self._read_stream), self._hub
        )
        self._listener.start()

    def stop(self) -> None:
        """Hang up on everybody; fine if that is done."""
        if self._listener is not None:
            self._listener.stop()
        self._hub.close()

    @property
    def port(self) -> int:
        return self._listener.port if self._listener else self._settings.port

    def join_token(self, address: str, secret: str) -> JoinToken:
        """What an operator carries to a new host; `address` is host:port of the listener, as the host sees it."""
        return JoinToken(address, self._settings.authority.fingerprint, secret)

    def ensure_disk(self, host_id: str, spec: DiskSpec) -> DiskReport:
        report: DiskReport = self._ask(host_id, "ensure_disk", spec=spec)
        return report

    def ensure_base(self, host_id: str, source: ImageSource, waiter: str) -> DiskReport:
        report: DiskReport = self._ask(host_id, "ensure_base", source=source, waiter=waiter)
        return report

    def remove_disk(self, host_id: str, disk_id: str) -> None:
        self._ask(host_id, "remove_disk", disk_id=disk_id)

    def remove_port(self, host_id: str, port_id: str) -> None:
        self._ask(host_id, "remove_port", port_id=port_id)

    def ensure_guest(self, host_id: str, spec: GuestSpec) -> GuestReport:
        report: GuestReport = self._ask(host_id, "ensure_guest", spec=spec)
        return report

    def remove_guest(self, host_id: str, server_id: str) -> GuestReport:
        report: GuestReport = self._ask(host_id, "remove_guest", server_id=server_id)
        return report

    def get_guest(self, host_id: str, server_id: str) -> GuestReport:
        report: GuestReport = self._ask(host_id, "get_guest", server_id=server_id)
        return report

    def read_console_log(self, host_id: str, server_id: str, lines: int | None = None) -> ConsoleLog:
        console: ConsoleLog = self._ask(host_id, "read_console_log", server_id=server_id, lines=lines)
        return console

    def get_console(self, host_id: str, server_id: str, kind: str) -> ConsoleAddress:
        address: ConsoleAddress = self._ask(host_id, "get_console", server_id=server_id, kind=kind)
        return address

    def get_usage(self, host_id: str, server_id: str) -> GuestUse:
        usage: GuestUse = self._ask(host_id, "get_usage", server_id=server_id)
        return usage

    def open_console(self, host_id: str, server_id: str, kind: str) -> ConsoleStream:
        listener = self._listener
        assert listener is not None
        stream = listener.streams.expect(host_id)
        try:
            self._ask(host_id, "open_console", server_id=server_id, kind=kind, stream=stream)
            return listener.streams.take(stream)
        finally:
            listener.streams.forget(stream)

    def tell_guest(
        self, host_id: str, server_id: str, metadata: GuestMetadata, nics: tuple[NicSpec, ...] | None = None
    ) -> None:
        self._ask(host_id, "tell_guest", server_id=server_id, metadata=metadata, nics=nics)

    def read_password(self, host_id: str, server_id: str) -> str:
        return str(self._ask(host_id, "read_password", server_id=server_id))

    def forget_password(self, host_id: str, server_id: str) -> None:
        self._ask(host_id, "forget_password", server_id=server_id)

    def set_password(self, host_id: str, server_id: str, user: str, password: str) -> None:
        self._ask(host_id, "set_password", server_id=server_id, user=user, password=password)

    def swap_volume(self, host_id: str, server_id: str, old: VolumePlace, new: VolumePlace) -> VolumeReport:
        report: VolumeReport = self._ask(host_id, "swap_volume", server_id=server_id, old=old, new=new)
        return report

    def keep_volume(self, host_id: str, server_id: str, old: VolumePlace, new: VolumePlace) -> VolumeReport:
        report: VolumeReport = self._ask(host_id, "keep_volume", server_id=server_id, old=old, new=new)
        return report

    def copy_disk(self, host_id: str, disk_id: str, copy_id: str) -> DiskReport:
        report: DiskReport = self._ask(host_id, "copy_disk", disk_id=disk_id, copy_id=copy_id)
        return report

    def restore_disk(self, host_id: str, disk_id: str, copy_id: str) -> None:
        self._ask(host_id, "restore_disk", disk_id=disk_id, copy_id=copy_id)

    def ensure_snapshot(self, host_id: str, spec: SnapshotSpec) -> SnapshotReport:
        report: SnapshotReport = self._ask(host_id, "ensure_snapshot", spec=spec)
        return report

    def read_snapshot(self, host_id: str, snapshot_id: str, offset: int, length: int) -> bytes:
        piece: bytes = self._ask(host_id, "read_snapshot", snapshot_id=snapshot_id, offset=offset, length=length)
        return piece

    def remove_snapshot(self, host_id: str, snapshot_id: str) -> None:
        self._ask(host_id, "remove_snapshot", snapshot_id=snapshot_id)

    def move_guest(self, host_id: str, server_id: str, target_id: str) -> GuestReport:
        raise _no_live_moves()

    def stay_guest(self, host_id: str, server_id: str) -> None:
        raise _no_live_moves()

    def hurry_guest(self, host_id: str, server_id: str) -> None:
        raise _no_live_moves()

    def list_leftovers(self, host_id: str) -> Leftovers:
        leftovers: Leftovers = self._ask(host_id, "list_leftovers")
        return leftovers

    def connected(self) -> tuple[HostInventory, ...]:
        return self._hub.inventories()

    def forget(self, host_id: str) -> None:
        self._hub.hang_up(host_id)

    def on_event(self, callback: Callable[[str, Event], None]) -> None:
        self._hub.on_event.append(callback)

    def on_inventory(self, callback: Callable[[HostInventory], None]) -> None:
        self._hub.on_inventory.append(callback)
        self._hub.tell_later(callback)

    def on_away(self, callback: Callable[[str], None]) -> None:
        self._hub.on_away.append(callback)

    def ask(self, host_id: str, op: str, **args: Any) -> Any:
        """One operation of `OPERATIONS`, for drivers of other families that reach hosts."""
        return self._ask(host_id, op, **args)

    def serve_streams(self, read: Callable[[str, int, int], bytes]) -> None:
        """Where hosts read what volumes begin as; before `start`."""
        self._read_stream = read

    def _ask(self, host_id: str, op: str, **args: Any) -> Any:
        """One command and its answer, with the fence of the run on whose behalf this thread works."""
        peer, listener, fence = self._hub.peer(host_id), self._listener, current_fence()
        assert listener is not None
        run, epoch = (str(fence.run), fence.epoch) if fence else ("", 0)
        asking = asyncio.run_coroutine_threadsafe(peer.ask(op, args, run, epoch), listener.loop)
        try:
            answer = asking.result(self._answer_s)
        except concurrent.futures.TimeoutError as error:
            asking.cancel()
            raise Unavailable("host.timeout", f"Host {host_id} did not answer {op} in time: ask again") from error
        except Unavailable as error:
            if error.code != "peer.gone":
                raise
            raise Unavailable("host.away", f"Host {host_id} hung up during {op}: ask again") from error
        return msgspec.convert(answer, OPERATIONS[op].returns)


def _no_live_moves() -> Conflict:
    return Conflict("host.no_live_moves", "Stop the server and migrate it: hosts do not hand on running guests")


def _no_stream(name: str, offset: int, length: int) -> bytes:
    raise NotFound("volume.no_source", f"Nothing is called {name} here: volumes are not served")
