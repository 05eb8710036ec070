"""Servers run from another image for a while, so that their own disks can be mended."""

from __future__ import annotations

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.policy import INTERNAL, Caller
from haneul.services.compute.model import Flavor, Rescue, Server, ServerState
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by, require_action
from haneul.services.compute.verbs.servers.choices import chosen_image
from haneul.services.compute.workflows.rescue_server import rescue_server, unrescue_server

_BUSES = ("virtio", "scsi", "sata", "ide", "usb")
_DEVICES = ("disk", "cdrom")
_CDROM_BUS = "ide"


class RescuingVerbs(ServerVerbs):
    def rescue(self, caller: Caller, server_id: str, image_id: str | None = None, admin_password: str = "") -> str:
        """From this image, or from the one that it began as; the password for its config drive.

        An image with `hw_rescue_device` or `hw_rescue_bus` comes after the server's own disks, which stay where
        they are. Raises Invalid for an image that will not do.
        """
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-rescue")
            require_action(server, "rescue")
            if server.host_id is None:
                raise Conflict("server.no_host", f"Instance {server_id} is on no host: delete it and create another.")
            rescue = self._rescue(caller, server, image_id)
            if server.boots_from_volume and not rescue.is_stable:
                raise Invalid(
                    "server.volume_backed",
                    f"Instance {server_id} cannot be rescued: Cannot rescue a volume-backed instance from this image. "
                    f"Name one with hw_rescue_device or hw_rescue_bus, which leaves its disks where they are.",
                )
            was_stopped = server.state is not ServerState.ACTIVE
            self._parts.runs.submit(rescue_server, server.id, server.id, asked_by(caller), rescue, was_stopped)
            return admin_password or self._store.birth(server.id).admin_password

    def unrescue(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-unrescue")
            require_action(server, "unrescue")
            rescue = server.rescue or Rescue("")
            self._parts.runs.submit(unrescue_server, server.id, server.id, asked_by(caller), rescue)

    def _rescue(self, caller: Caller, server: Server, image_id: str | None) -> Rescue:
        chosen = chosen_image(self._parts, caller, image_id or server.image_id, _ANY_SIZE)
        properties = self._parts.image.images.get(INTERNAL, chosen).properties
        device, bus = properties.get("hw_rescue_device", ""), properties.get("hw_rescue_bus", "")
        is_stable = bool(device or bus)
        device = device or "disk"
        bus = bus or (_CDROM_BUS if device == "cdrom" else properties.get("hw_disk_bus", "virtio"))
        if device not in _DEVICES or bus not in _BUSES or (device == "cdrom" and bus in ("virtio", "usb")):
            raise Invalid(
                "image.rescue_device",
                f"Image {chosen} is not suitable to rescue: hw_rescue_device {device} on hw_rescue_bus {bus} is not "
                f"possible. Choose one of {', '.join(_DEVICES)} on one of {', '.join(_BUSES)}.",
            )
        return Rescue(chosen, is_stable, bus, device)


_ANY_SIZE = Flavor("", "", 1, 1 << 40, 0)
"""A rescue image need not fit the flavor's disk: it has one of its own."""
