"""Where there is room, and if nowhere, why."""

from __future__ import annotations

from haneul.kit.policy import Caller
from haneul.services.placement.model import Candidate, CandidateRequest, Found, Refusal, Search
from haneul.services.placement.parts import Parts
from haneul.services.placement.verbs.explain import explain
from haneul.services.placement.verbs.names import Names
from haneul.services.placement.verbs.search import Searching

_FEW_TREES, _MANY_TREES = 16, 500
"""So many trees are looked at first, and so many at a time when these do not grant enough."""


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
        searching, beyond, count = Searching(query), "", _FEW_TREES
        with self._rows.db.read():
            away = self._rows.sharing() | self._rows.roots_of([w.in_tree for w in query.groups.values() if w.in_tree])
            while trees := self._rows.trees(query, beyond, count):
                roots = {root for root, _ in trees}
                searching.look(self._rows.rooms(roots | away), roots)
                if searching.is_enough or len(trees) < count:
                    break
                beyond, count = trees[-1][1], _MANY_TREES
        return searching.found()
