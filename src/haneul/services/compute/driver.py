"""What the compute service asks of the hosts on which guests live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from haneul.hostapi import (
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
    Leftovers,
    NicSpec,
    SnapshotReport,
    SnapshotSpec,
    VolumePlace,
    VolumeReport,
)

ReadImage = Callable[[str, int, int], bytes]
"""(image id, offset, length) -> that piece of the image's data."""


class ConsoleStream(Protocol):
    """An open console: raw bytes both ways. May be awaited on any event loop, by one reader and one writer."""

    async def receive(self) -> bytes:
        """What the guest says next; nothing once the console ended."""
        ...

    async def send(self, data: bytes) -> None:
        """Raises Unavailable("console.ended")."""
        ...

    async def close(self) -> None:
        """Fine if it ended."""
        ...


class HostDisks(Protocol):
    """Copies of disks, made on a host; what `Hosts` says of its operations holds here too."""

    def copy_disk(self, host_id: str, disk_id: str, copy_id: str) -> DiskReport:
        """Have another disk with the same data, which its guest must not write to meanwhile.

        `is_ready` is False while it is copied, then the event `disk_ready` comes. A copy that is there is left
        as it is. Raises NotFound("disk.absent") and NoCapacity("host.disk_full").
        """
        ...

    def restore_disk(self, host_id: str, disk_id: str, copy_id: str) -> None:
        """Put the copy in the place of the disk, all or nothing; fine if there is no such copy."""
        ...

    def ensure_snapshot(self, host_id: str, spec: SnapshotSpec) -> SnapshotReport:
        """Have a qcow2 file with all that the disk holds now, of a guest that runs as of one that is off.

        `is_ready` is False while it is made, then the event `snapshot_ready` comes with the server's id. Raises
        NotFound("disk.absent") and NoCapacity("host.disk_full"); then nothing of it stays.
        """
        ...

    def read_snapshot(self, host_id: str, snapshot_id: str, offset: int, length: int) -> bytes:
        """A piece of the file, at most a megabyte. Raises NotFound("snapshot.absent")."""
        ...

    def remove_snapshot(self, host_id: str, snapshot_id: str) -> None:
        """Fine if it is gone; one that is being made is given up."""
        ...

    def swap_volume(self, host_id: str, server_id: str, old: VolumePlace, new: VolumePlace) -> VolumeReport:
        """Have the running guest go on in another volume, with all that the old one holds.

        `is_ready` is False while it is copied, then the event `guest_changed` comes. Raises
        Conflict("guest.not_running" | "guest.swap_failed"), NotFound("volume.no_source").
        """
        ...

    def keep_volume(self, host_id: str, server_id: str, old: VolumePlace, new: VolumePlace) -> VolumeReport:
        """Give up such an exchange; `is_ready` if it was too late, and the guest has the new one.

        Raises Unavailable("volume.being_swapped") until that is certain.
        """
        ...


class HostMoves(Protocol):
    """Guests that go from host to host while they run."""

    can_move_running: bool
    """False: the methods below are never asked."""

    def move_guest(self, host_id: str, server_id: str, target_id: str) -> GuestReport:
        """Bring the running guest and its disks to the host `target_id`, where it will be reported from.

        `is_settled` is False while it is on its way. Asked again when it is there, it says so; asked for the way
        back, it comes back.
        """
        ...

    def stay_guest(self, host_id: str, server_id: str) -> None:
        """Give up the move that is going on; fine if there is none."""
        ...

    def hurry_guest(self, host_id: str, server_id: str) -> None:
        """Finish the move that is going on, even if the guest has to stand still for longer."""
        ...


class Hosts(HostDisks, HostMoves, Protocol):
    """Every host that joined, by its id.

    Each operation may be repeated and answers with how things are now. Long work goes on at the host: its
    report says that it is not finished, an `Event` tells when it is, and the same operation asked again then
    reports it done. Each raises Unavailable("host.away") while the host is not connected and
    Unavailable("host.timeout") when it does not answer in time; either way it may or may not have happened.
    """

    def start(self, enroller: Enroller, read_image: ReadImage) -> None:
        """Let hosts in. Raises OSError when the port for them is taken."""
        ...

    def stop(self) -> None:
        """Hang up on everybody; fine if that is done."""
        ...

    def ensure_disk(self, host_id: str, spec: DiskSpec) -> DiskReport:
        """Make the disk; `is_ready` is False while its image is fetched, then the event `disk_ready` comes.

        Raises Invalid("image.damaged") when what was fetched is not what was promised,
        Invalid("disk.too_small") when the image is larger than the disk, NoCapacity("host.disk_full").
        """
        ...

    def ensure_base(self, host_id: str, source: ImageSource, waiter: str) -> DiskReport:
        """Have the image lie ready for disks to come; if it is fetched, the event `disk_ready` of `waiter` tells when.

        A host that needs the room clears away what no disk was made of for a while. Raises as `ensure_disk` does.
        """
        ...

    def remove_disk(self, host_id: str, disk_id: str) -> None:
        """The disk is gone. Raises Conflict("disk.in_use") while a guest of the host has it."""
        ...

    def remove_port(self, host_id: str, port_id: str) -> None:
        """Nothing of the port is on the host. Raises Conflict("port.in_use") while a guest there has it."""
        ...

    def ensure_guest(self, host_id: str, spec: GuestSpec) -> GuestReport:
        """Make the guest as `spec` says; `is_settled` is False while the host works towards it.

        Then, and whenever the guest's power changes, the event `guest_changed` comes. A guest that switched
        itself off is started again only by asking anew. Raises Conflict("guest.disk_missing").
        """
        ...

    def remove_guest(self, host_id: str, server_id: str) -> GuestReport:
        """The guest, its network cards and its files are gone, its disks stay: power ABSENT."""
        ...

    def get_guest(self, host_id: str, server_id: str) -> GuestReport:
        """As it is now: power ABSENT when the host knows of none."""
        ...

    def read_console_log(self, host_id: str, server_id: str, lines: int | None = None) -> ConsoleLog:
        """The end of what the guest wrote to its serial console. Raises NotFound("guest.absent")."""
        ...

    def get_console(self, host_id: str, server_id: str, kind: str) -> ConsoleAddress:
        """Where the host offers the console of `kind` (vnc, serial).

        Raises NotFound("guest.absent") and Conflict("guest.not_running").
        """
        ...

    def get_usage(self, host_id: str, server_id: str) -> GuestUse:
        """What the guest has used since it was started. Raises as `get_console` does."""
        ...

    def open_console(self, host_id: str, server_id: str, kind: str) -> ConsoleStream:
        """The console itself: it ends with the guest's power. Raises as `get_console` does.

        A serial console has one reader: the one opened before ends.
        """
        ...

    def tell_guest(
        self, host_id: str, server_id: str, metadata: GuestMetadata, nics: tuple[NicSpec, ...] | None = None
    ) -> None:
        """By this the metadata service answers the guest from now on, and so its cards are guarded.

        Of `nics` those count that the guest has; None leaves them as they are. Raises NotFound("guest.absent").
        """
        ...

    def read_password(self, host_id: str, server_id: str) -> str:
        """The encrypted password that the guest posted to its metadata service; empty when it posted none."""
        ...

    def forget_password(self, host_id: str, server_id: str) -> None:
        """The guest's password is empty from now on."""
        ...

    def set_password(self, host_id: str, server_id: str, user: str, password: str) -> None:
        """Have the guest's agent set it. Raises Conflict("guest.no_agent") where none answers."""
        ...

    def list_leftovers(self, host_id: str) -> Leftovers:
        """Everything on the host that bears the cloud's mark, wanted or not."""
        ...

    def connected(self) -> tuple[HostInventory, ...]:
        """The last inventory of every host that is connected now."""
        ...

    def forget(self, host_id: str) -> None:
        """Hang up on a host that was removed; `Enroller.is_member` decides when it calls again."""
        ...

    def on_event(self, callback: Callable[[str, Event], None]) -> None:
        """Call `callback(host_id, event)` for every event, in a thread of the driver's."""
        ...

    def on_inventory(self, callback: Callable[[HostInventory], None]) -> None:
        """Call `callback(inventory)` when a host connects and whenever it reports, as above."""
        ...

    def on_away(self, callback: Callable[[str], None]) -> None:
        """Call `callback(host_id)` when a host's connection ends, in a thread of the driver's."""
        ...


class Enroller(Protocol):
    """Who may join the cloud as a host: asked by the listener to which agents connect."""

    def redeem(self, secret: str, hostname: str) -> str:
        """Use up the one-time secret of a join token and answer with the new host's id.

        A host that lost its certificate and joins again under a name that is known gets its old id.
        Raises Forbidden("host.token_refused") for a secret that is unknown, used or too old, and
        Conflict("host.name_taken"), with the secret still good, while the host of that name is connected.
        """
        ...

    def check_name(self, host_id: str, hostname: str) -> None:
        """Raises Conflict("host.name_taken") where another host has the name."""
        ...

    def is_member(self, host_id: str) -> bool:
        """False for a host that was removed: its certificate is refused from then on."""
        ...
