"""Where there is room, and if nowhere, why."""

from __future__ import annotations

from haneul.services.placement.model import Candidate, CandidateRequest, Refusal
from haneul.services.placement.parts import Parts
from haneul.services.placement.verbs.explain import explain


class Candidates:
    def __init__(self, parts: Parts) -> None:
        self._rows = parts.store.candidates

    def find(self, request: CandidateRequest) -> list[Candidate]:
        """Up to `limit` providers that have room for it now, the emptiest first, equal ones in random order."""
        return self._rows.find(request)

    def explain(self, request: CandidateRequest) -> Refusal:
        """How many providers each condition took away, and the nearest change that would leave one."""
        return explain(request, self._rows.rooms())
