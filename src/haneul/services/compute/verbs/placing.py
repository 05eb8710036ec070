"""Where a server could go, and what stands in the way: for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haneul.kit.policy import Caller
from haneul.services.compute.model import Server
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.placing import explain, where_it_may_go
from haneul.services.placement import Candidate, Refusal


@dataclass(frozen=True)
class PlacementView:
    """How a server would be placed if it were built now."""

    server: Server
    candidates: Sequence[Candidate]
    """The best first; none: see `refusal`."""
    refusal: Refusal
    """What each condition takes away."""


class Placing:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def explain(self, caller: Caller, server_id: str) -> PlacementView:
        """Raises NotFound("server.absent")."""
        self._parts.policy.require(caller, "haneul:servers:explain", {})
        server = self._parts.store.servers.get(server_id)
        birth = self._parts.store.servers.birth(server_id)
        with self._parts.db.write():  # a server group is read as placing does, so that nobody joins it meanwhile
            found = where_it_may_go(self._parts, server, birth)
            return PlacementView(server, found, explain(self._parts, server, birth))
