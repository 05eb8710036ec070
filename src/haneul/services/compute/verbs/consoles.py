"""Remote consoles: a permission for whoever may have one, and the console for whoever shows it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from haneul.hostapi import ConsoleAddress
from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.kit.policy import Caller
from haneul.services.compute.driver import ConsoleStream
from haneul.services.compute.model import ConsoleGrant, ConsoleKind, Host, Server
from haneul.services.compute.verbs.servers.base import ServerVerbs

_TOKEN_BYTES = 32


@dataclass(frozen=True)
class ConsoleView:
    """What a token opens."""

    server_id: str
    host: Host
    address: ConsoleAddress


class Consoles(ServerVerbs):
    def grant(self, caller: Caller, server_id: str, kind: ConsoleKind) -> ConsoleGrant:
        """A permission to open the console, good once and for a short time. Raises Conflict("server.not_ready")."""
        server = self._get(caller, server_id, "os-remote-consoles")
        self._address(server, kind)
        now = self._parts.clock.now()
        expires_at = now + timedelta(seconds=self._parts.tuning.console_within_s)
        grant = ConsoleGrant(server.id, kind, expires_at, secrets.token_urlsafe(_TOKEN_BYTES))
        self._parts.store.consoles.add(_hash(grant.token), grant, now)
        return grant

    def look_up(self, caller: Caller, token: str) -> ConsoleView:
        """What the token would open; it stays unused. Raises NotFound("console.no_token")."""
        self._parts.policy.require(caller, "os_compute_api:os-console-auth-tokens", {})
        grant = self._parts.store.consoles.find(_hash(token), self._parts.clock.now())
        server = None if grant is None else self._store.find(grant.server_id)
        host = None if server is None else self._parts.store.hosts.find(server.host_id or "")
        if grant is None or server is None or host is None:
            raise NotFound("console.no_token", "The console token is unknown, used or too old: ask for a new console.")
        return ConsoleView(server.id, host, self._address(server, grant.kind))

    def open(self, token: str, kind: ConsoleKind | None = None) -> ConsoleStream:
        """The console that the token stands for, of the `kind` that is expected; whoever shows it may have it, once.

        Raises Forbidden("console.token_refused") and what `Hosts.open_console` raises.
        """
        grant = self._parts.store.consoles.use(_hash(token), self._parts.clock.now())
        server = None if grant is None else self._store.find(grant.server_id)
        if grant is None or server is None or server.host_id is None or kind not in (None, grant.kind):
            raise Forbidden(
                "console.token_refused", "The console token is unknown, used or too old: ask for a new console."
            )
        return self._parts.hosts.open_console(server.host_id, server.id, grant.kind.value)

    def _address(self, server: Server, kind: ConsoleKind) -> ConsoleAddress:
        if server.host_id is None:
            raise Conflict("server.not_ready", f"Instance {server.id} is not ready: it is on no host yet.")
        try:
            return self._parts.hosts.get_console(server.host_id, server.id, kind.value)
        except NotFound as error:
            raise Conflict("server.not_ready", f"Instance {server.id} is not ready: it has no guest yet.") from error


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
