"""Where there is room, and if nowhere, why."""

from __future__ import annotations

from haneul.kit.policy import Caller
from haneul.services.placement.model import Candidate, CandidateRequest, Found, Refusal, Search
from haneul.services.placement.parts import Parts
from haneul.services.placement.verbs.explain import explain
from haneul.services.placement.verbs.names import Names
from haneul.services.placement.verbs.search import search


class Candidates:
    def __init__(self, parts: Parts, traits: Names, classes: Names) -> None:
        self._rows = parts.store.candidates
        self._policy = parts.policy
        self._traits = traits
        self._classes = classes

    def find(self, request: CandidateRequest) -> list[Candidate]:
        """Up to `limit` providers that have room for it now, the emptiest first, equal ones in random order."""
        return self._rows.find(request)

    def explain(self, request: CandidateRequest) -> Refusal:
        """How many providers each condition took away, and the nearest change that would leave one."""
        return explain(request, self._rows.rooms())

    def search(self, caller: Caller, query: Search) -> Found:
        """Every way to grant what a client of the placement API asks for; Invalid for names that do not exist."""
        self._policy.require(caller, "placement:allocation_candidates:list", {})
        self._traits.check_known(query.root_required | query.root_forbidden)
        for wish in query.groups.values():
            self._classes.check_known(wish.resources)
            self._traits.check_known({*wish.forbidden}.union(*wish.required))
        return search(query, self._rows.rooms())
