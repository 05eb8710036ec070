"""Who has which roles where, once groups, inheritance and implied roles are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haneul.services.identity.model import (
    Project,
    ProjectId,
    Role,
    RoleId,
    UserId,
)
from haneul.services.identity.parts import Parts


@dataclass(frozen=True)
class RoleGraph:
    """Every role and what it implies."""

    roles: Mapping[RoleId, Role]
    implied: Mapping[RoleId, list[RoleId]]

    def closure(self, role_ids: Iterable[RoleId]) -> set[RoleId]:
        """The roles and all that they imply, directly or not."""
        found: set[RoleId] = set()
        waiting = list(role_ids)
        while waiting:
            role_id = waiting.pop()
            if role_id not in found:
                found.add(role_id)
                waiting.extend(self.implied.get(role_id, ()))
        return found

    def usable(self, role_ids: Iterable[RoleId]) -> tuple[Role, ...]:
        """What a token carries: implied roles included, roles of a single domain only through what they imply."""
        closed = (self.roles.get(role_id) for role_id in self.closure(role_ids))
        return tuple(sorted((role for role in closed if role and role.domain_id is None), key=_by_name))


def _by_name(role: Role) -> str:
    return role.name


class Access:
    def __init__(self, parts: Parts) -> None:
        self._store = parts.store
        self._clock = parts.clock
        self._graph: tuple[int, RoleGraph] | None = None

    def graph(self) -> RoleGraph:
        """All roles; read again only when something changed."""
        number = self._store.version.number()
        if self._graph is None or self._graph[0] != number:
            with self._store.db.read():
                roles = {role.id: role for role in self._store.roles.all()}
                self._graph = number, RoleGraph(roles, self._store.roles.implications())
        return self._graph[1]

    def actors(self, user_id: UserId, told: Sequence[str] = ()) -> list[tuple[str, str]]:
        """The user and the groups they are in, as assignments name them; `told` are those that their token names."""
        groups = {*self._store.groups.ids_of_user(user_id, self._clock.now()), *told}
        return [("user", user_id), *(("group", group_id) for group_id in sorted(groups))]

    def on_project(self, user_id: UserId, project: Project, told: Sequence[str] = ()) -> tuple[Role, ...]:
        """The user's roles on a project or domain, as a token for it carries them."""
        found = self._store.assignments.reaching(project, self.actors(user_id, told))
        return self.graph().usable(each.role_id for each in found)

    def on_system(self, user_id: UserId, told: Sequence[str] = ()) -> tuple[Role, ...]:
        found = self._store.assignments.on_system(self.actors(user_id, told))
        return self.graph().usable(each.role_id for each in found)

    def projects(self, user_id: UserId, told: Sequence[str] = ()) -> list[Project]:
        """Every project on which the user has a role, in the order of their ids."""
        mine = self._store.assignments.matching(actors=self.actors(user_id, told))
        graph = self.graph()
        useful = [each for each in mine if graph.usable([each.role_id])]
        direct = {each.target_id for each in useful if each.target_kind == "project" and not each.is_inherited}
        found = dict(self._store.projects.find_many(direct))
        roots = self._store.projects.find_many(each.target_id for each in useful if each.is_inherited)
        for root in roots.values():
            found.update((project.id, project) for project in self._store.projects.below(root))
        return sorted((each for each in found.values() if not each.is_domain), key=_by_id)

    def domains(self, user_id: UserId, told: Sequence[str] = ()) -> list[Project]:
        """Every domain on which the user has a role."""
        mine = self._store.assignments.matching(actors=self.actors(user_id, told))
        ids = {each.target_id for each in mine if each.target_kind == "domain" and not each.is_inherited}
        return sorted(self._store.projects.find_many(ids).values(), key=_by_id)


def _by_id(project: Project) -> ProjectId:
    return project.id


def is_enabled(project: Project, domain: Project | None) -> bool:
    """True if the project and the domain it is in are enabled."""
    return project.is_enabled and (domain is None or domain.is_enabled)
