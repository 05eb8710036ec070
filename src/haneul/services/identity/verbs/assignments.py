"""Who has which roles, as a listing: as given, or as they count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from haneul.kit.errors import Invalid
from haneul.kit.policy import Caller
from haneul.services.identity.model import SYSTEM, Assignment, Group, Project, Role, RoleId, User, UserId
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.access import Access


@dataclass(frozen=True)
class AssignmentQuery:
    user_id: str | None = None
    group_id: str | None = None
    role_id: str | None = None
    project_id: str | None = None
    domain_id: str | None = None
    is_system: bool = False
    is_inherited: bool | None = None
    is_effective: bool = False
    """True: groups, inheritance and implied roles are resolved."""
    with_subtree: bool = False
    """True: also on the projects below project_id."""
    with_names: bool = False


@dataclass(frozen=True)
class CountingAssignment:
    """An assignment as it counts, and the one that it comes from."""

    assignment: Assignment
    through_group_id: str | None = None
    inherited_from: tuple[str, str] | None = None
    """(project or domain, id)"""
    implied_by: RoleId | None = None


@dataclass(frozen=True)
class Names:
    """The things that a listing of assignments speaks of, by id."""

    users: Mapping[str, User]
    groups: Mapping[str, Group]
    projects: Mapping[str, Project]
    roles: Mapping[RoleId, Role]


class Assignments:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._policy = parts.policy
        self._store = parts.store
        self._access = access

    def list(self, caller: Caller, query: AssignmentQuery) -> Sequence[CountingAssignment]:
        """A bounded number of queries, however long the answer."""
        _require_sensible(query)
        with self._store.db.read():
            self._require(caller, query)
            found = self._effective(query) if query.is_effective else self._given(query)
            return self._in_callers_domain(caller, found)

    def names(self, found: Iterable[CountingAssignment]) -> Names:
        plain = [each.assignment for each in found]
        with self._store.db.read():
            users = self._store.users.find_many(each.actor_id for each in plain if each.actor_kind == "user")
            groups = self._store.groups.find_many(each.actor_id for each in plain if each.actor_kind == "group")
            projects = self._store.projects.find_many(each.target_id for each in plain)
            roles = self._access.graph().roles
            homes = {user.domain_id for user in users.values()} | {group.domain_id for group in groups.values()}
            homes |= {project.home for project in projects.values()}
            homes |= {role.domain_id for role in roles.values() if role.domain_id}
            domains = self._store.projects.find_many(homes)
        return Names(users, groups, {**projects, **domains}, roles)

    def _require(self, caller: Caller, query: AssignmentQuery) -> None:
        if not query.with_subtree:
            target = {"target.domain_id": caller.domain_id} if caller.domain_id else {}
            self._policy.require(caller, "identity:list_role_assignments", target)
            return
        project = self._store.projects.find(query.project_id or "")
        facts = {"target.domain_id": project.domain_id} if project and project.domain_id else {}
        self._policy.require(caller, "identity:list_role_assignments_for_tree", facts)

    def _given(self, query: AssignmentQuery) -> Sequence[CountingAssignment]:
        actors = [("user", query.user_id)] if query.user_id else [("group", query.group_id)] if query.group_id else None
        roles = [query.role_id] if query.role_id else None
        found: list[Assignment] = []
        for target in self._targets(query):
            found += self._store.assignments.matching(
                actors=actors,
                target=target,
                role_ids=roles,
                is_inherited=query.is_inherited,
            )
        return [CountingAssignment(each) for each in found]

    def _targets(self, query: AssignmentQuery) -> Sequence[tuple[str, str] | None]:
        if query.is_system:
            return [("system", SYSTEM)]
        if query.domain_id:
            return [("domain", query.domain_id)]
        if not query.project_id:
            return [None]
        return [("project", project.id) for project in self._tree(query)] or [("project", query.project_id)]

    def _tree(self, query: AssignmentQuery) -> Sequence[Project]:
        project = self._store.projects.find(query.project_id or "")
        if project is None:
            return []
        return [project, *(self._store.projects.below(project) if query.with_subtree else ())]

    def _effective(self, query: AssignmentQuery) -> Sequence[CountingAssignment]:
        given = self._candidates(query)
        placed = list(self._on_targets(given, query))
        people = list(self._people(placed, query.user_id))
        counted = self._with_implied(people)
        wanted = [each for each in counted if query.role_id in (None, each.assignment.role_id)]
        return list(dict.fromkeys(wanted))

    def _candidates(self, query: AssignmentQuery) -> Sequence[Assignment]:
        """Every assignment that may turn out to be wanted."""
        if query.user_id:
            return self._store.assignments.matching(actors=self._access.actors(UserId(query.user_id)))
        if query.project_id:
            return self._store.assignments.around(self._tree(query))
        return self._store.assignments.matching(target=self._targets(query)[0])

    def _on_targets(self, given: Sequence[Assignment], query: AssignmentQuery) -> Iterator[CountingAssignment]:
        """Each assignment on every target on which it counts."""
        wanted = {target for target in self._targets(query) if target is not None}
        below = self._reached(given, query)
        for each in given:
            if each.is_inherited:
                origin = (each.target_kind, each.target_id)
                for project in below.get(each.target_id, ()):
                    if not wanted or ("project", project.id) in wanted:
                        here = replace(each, target_kind="project", target_id=project.id, is_inherited=False)
                        yield CountingAssignment(here, inherited_from=origin)
            elif not wanted or (each.target_kind, each.target_id) in wanted:
                yield CountingAssignment(each)

    def _reached(self, given: Sequence[Assignment], query: AssignmentQuery) -> Mapping[str, Sequence[Project]]:
        """The wanted projects below each target of an inherited assignment, in one query."""
        origins = {each.target_id for each in given if each.is_inherited}
        if not origins or query.domain_id or query.is_system:
            return {}
        found: dict[str, list[Project]] = {}
        for project in self._tree(query) if query.project_id else self._store.projects.under(origins):
            for above in project.ancestors:
                if above in origins:
                    found.setdefault(above, []).append(project)
        return found

    def _people(self, placed: Sequence[CountingAssignment], user_id: str | None) -> Iterator[CountingAssignment]:
        """Each assignment of a group as one of every member."""
        groups = sorted({each.assignment.actor_id for each in placed if each.assignment.actor_kind == "group"})
        members = self._store.groups.members(groups)
        for each in placed:
            if each.assignment.actor_kind == "user":
                yield each
                continue
            group_id = each.assignment.actor_id
            for member in members[group_id]:
                if user_id in (None, member):
                    one = replace(each.assignment, actor_kind="user", actor_id=member)
                    yield replace(each, assignment=one, through_group_id=group_id)

    def _with_implied(self, found: Sequence[CountingAssignment]) -> Iterator[CountingAssignment]:
        graph = self._access.graph()
        for each in found:
            prior = each.assignment.role_id
            if graph.roles[prior].domain_id is None:
                yield each
            for implied in sorted(graph.closure([prior]) - {prior}):
                if graph.roles[implied].domain_id is None:
                    yield replace(each, assignment=replace(each.assignment, role_id=implied), implied_by=prior)

    def _in_callers_domain(self, caller: Caller, found: Sequence[CountingAssignment]) -> Sequence[CountingAssignment]:
        """With a domain's token only what is on that domain and its projects."""
        if not caller.domain_id:
            return found
        projects = self._store.projects.find_many(each.assignment.target_id for each in found)
        return [
            each
            for each in found
            if (target := projects.get(each.assignment.target_id)) and target.home == caller.domain_id
        ]


def _require_sensible(query: AssignmentQuery) -> None:
    if query.user_id and query.group_id:
        raise Invalid("assignments.two_actors", "Specify a user or group, not both.")
    if sum((bool(query.project_id), bool(query.domain_id), query.is_system)) > 1:
        raise Invalid("assignments.two_targets", "Specify one of a domain, a project and the system.")
    if query.is_effective and query.group_id:
        raise Invalid(
            "assignments.effective_group",
            "Combining effective and group filter will always result in an empty list: leave one of them out.",
        )
    if query.is_effective and query.is_inherited and query.domain_id:
        raise Invalid(
            "assignments.effective_domain",
            "Combining effective, domain and inherited filters will always "
            "result in an empty list: leave one of them out.",
        )
    if query.with_subtree and not query.project_id:
        raise Invalid("assignments.subtree", "include_subtree needs scope.project.id: name the project.")
