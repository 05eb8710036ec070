"""What a guest shows: its serial console's log, its screen."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.hostapi import GuestUse
from haneul.kit.errors import Conflict, NotFound, Unavailable
from haneul.kit.policy import Caller
from haneul.services.compute.model import Host, Server
from haneul.services.compute.verbs.servers.base import ServerVerbs


@dataclass(frozen=True)
class ServerUse:
    """A server with what its guest has used."""

    server: Server
    usage: GuestUse
    host: Host | None
    up_s: int
    """Since it first ran."""


class ConsoleVerbs(ServerVerbs):
    def console_log(self, caller: Caller, server_id: str, lines: int | None = None) -> str:
        """The last `lines`, or all that is kept. Raises Conflict("server.not_ready") without a guest."""
        server = self._get(caller, server_id, "os-console-output")
        try:
            return self._parts.hosts.read_console_log(_host_of(server), server.id, lines).text
        except NotFound as error:
            raise Conflict("server.not_ready", f"Instance {server_id} is not ready: it has no guest yet.") from error

    def usage(self, caller: Caller, server_id: str) -> ServerUse:
        """What it has used since it was started, for administrators. Raises Conflict("server.not_ready")."""
        server = self._get(caller, server_id, "os-server-diagnostics")
        try:
            usage = self._parts.hosts.get_usage(_host_of(server), server.id)
        except NotFound as error:
            raise Conflict("server.not_ready", f"Instance {server_id} is not ready: it has no guest yet.") from error
        host = self._parts.store.hosts.find(_host_of(server))
        up_s = 0 if server.launched_at is None else int((self._parts.clock.now() - server.launched_at).total_seconds())
        return ServerUse(server, usage, host, up_s)

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
