"""Servers on and off: stop, start, reboot, pause, suspend."""

from __future__ import annotations

from haneul.kit.policy import Caller
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by, require_action
from haneul.services.compute.workflows.pause_server import pause_server, unpause_server
from haneul.services.compute.workflows.reboot_server import hard_reboot_server, reboot_server
from haneul.services.compute.workflows.start_server import start_server
from haneul.services.compute.workflows.stop_server import stop_server
from haneul.services.compute.workflows.suspend_server import resume_server, suspend_server


class PowerVerbs(ServerVerbs):
    """Each begins a run and returns; Conflict if the state forbids it or other work is going on."""

    def stop(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:stop")
            require_action(server, "stop")
            self._parts.runs.submit(stop_server, server.id, server.id, asked_by(caller))

    def start(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:start")
            require_action(server, "start")
            self._parts.runs.submit(start_server, server.id, server.id, asked_by(caller))

    def reboot(self, caller: Caller, server_id: str, *, is_hard: bool) -> None:
        """Softly only if it runs; hard also to start one that is stopped, paused or in error."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:reboot")
            require_action(server, "hard reboot" if is_hard else "reboot")
            workflow = hard_reboot_server if is_hard else reboot_server
            self._parts.runs.submit(workflow, server.id, server.id, asked_by(caller))
            now = self._parts.clock.now()
            self._store.change(server.id, now, reboots=server.reboots + 1, is_last_reboot_hard=is_hard)

    def pause(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-pause-server:pause")
            require_action(server, "pause")
            self._parts.runs.submit(pause_server, server.id, server.id, asked_by(caller))

    def unpause(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-pause-server:unpause")
            require_action(server, "unpause")
            self._parts.runs.submit(unpause_server, server.id, server.id, asked_by(caller))

    def suspend(self, caller: Caller, server_id: str) -> None:
        """Its memory goes to the host's disk, and it uses no processor until it is resumed."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-suspend-server:suspend")
            require_action(server, "suspend")
            self._parts.runs.submit(suspend_server, server.id, server.id, asked_by(caller))

    def resume(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-suspend-server:resume")
            require_action(server, "resume")
            self._parts.runs.submit(resume_server, server.id, server.id, asked_by(caller))
