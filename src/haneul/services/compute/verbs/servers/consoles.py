"""What a guest shows: its serial console's log, its screen."""

from __future__ import annotations

from haneul.kit.errors import Conflict, NotFound, Unavailable
from haneul.kit.policy import Caller
from haneul.services.compute.model import Server
from haneul.services.compute.verbs.servers.base import ServerVerbs


class ConsoleVerbs(ServerVerbs):
    def console_log(self, caller: Caller, server_id: str, lines: int | None = None) -> str:
        """The last `lines`, or all that is kept. Raises Conflict("server.not_ready") without a guest."""
        server = self._get(caller, server_id, "os-console-output")
        try:
            return self._parts.hosts.read_console_log(_host_of(server), server.id, lines).text
        except NotFound as error:
            raise Conflict("server.not_ready", f"Instance {server_id} is not ready: it has no guest yet.") from error

    def password(self, caller: Caller, server_id: str) -> str:
        """The encrypted password that the guest posted; empty when it posted none or cannot be asked."""
        server = self._get(caller, server_id, "os-server-password:show")
        if server.host_id is None:
            return ""
        try:
            return self._parts.hosts.read_password(server.host_id, server.id)
        except (NotFound, Unavailable):
            return ""


def _host_of(server: Server) -> str:
    if server.host_id is None:
        raise Conflict("server.not_ready", f"Instance {server.id} is not ready: it is on no host yet.")
    return server.host_id
