"""Passwords in guests: set by the guest's agent, forgotten."""

from __future__ import annotations

from haneul.kit.errors import Conflict
from haneul.kit.policy import Caller
from haneul.services.compute.verbs.servers.base import ServerVerbs, require_action

_ADMINISTRATOR = "root"


class PasswordVerbs(ServerVerbs):
    def change_password(self, caller: Caller, server_id: str, password: str) -> None:
        """The administrator's in the guest, set when this returns: it is written down nowhere.

        Raises Conflict("guest.no_agent") where no guest agent answers.
        """
        server = self._get_unlocked(caller, server_id, "os-admin-password")
        require_action(server, "changePassword")
        self._require_idle(server.id)
        if server.host_id is None:
            raise Conflict("server.no_host", f"Instance {server_id} is on no host: delete it and create another.")
        self._parts.hosts.set_password(server.host_id, server.id, _ADMINISTRATOR, password)

    def clear_password(self, caller: Caller, server_id: str) -> None:
        """The cloud forgets the encrypted password that the guest posted."""
        server = self._get_unlocked(caller, server_id, "os-server-password:clear")
        if server.host_id is not None:
            self._parts.hosts.forget_password(server.host_id, server.id)

    def _require_idle(self, server_id: str) -> None:
        current = self._parts.runs.current(server_id)
        if current is not None:
            raise Conflict("run.busy", f"{server_id} is being worked on: {current.kind}. Wait until that has ended")
