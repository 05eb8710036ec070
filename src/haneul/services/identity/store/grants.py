"""Roles, what they imply and who has them, in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, or_, select

from haneul.kit.db import Database, Prepared
from haneul.services.identity.model import SYSTEM, Assignment, Project, Role, RoleId
from haneul.services.identity.store.rows import Row, Rows, fold
from haneul.services.identity.store.tables import assignments, implied_roles, roles


def _derived(row: Row) -> Row:
    return {"name_key": fold(row["name"]), "domain_key": row["domain_id"] or ""}


class RoleRows(Rows[Role]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, roles, Role, _derived)

    def find_by_name(self, name: str, domain_id: str | None = None) -> Role | None:
        return self.find_where(roles.c.domain_key == (domain_id or ""), roles.c.name_key == fold(name))

    def implications(self) -> dict[RoleId, list[RoleId]]:
        """The ids of the roles that each role implies directly."""
        found: dict[RoleId, list[RoleId]] = {}
        with self.db.read() as connection:
            for row in connection.execute(select(implied_roles)):
                found.setdefault(row.prior_role_id, []).append(row.implied_role_id)
        return found

    def imply(self, prior: str, implied: str) -> None:
        with self.db.write() as connection:
            connection.execute(insert(implied_roles).values(prior_role_id=prior, implied_role_id=implied))

    def imply_no_more(self, prior: str, implied: str) -> None:
        with self.db.write() as connection:
            connection.execute(
                delete(implied_roles).where(
                    implied_roles.c.prior_role_id == prior, implied_roles.c.implied_role_id == implied
                )
            )


class AssignmentRows:
    def __init__(self, db: Database) -> None:
        self.db = db
        self._reaching: dict[tuple[tuple[str, int], ...], Prepared] = {}

    def add(self, thing: Assignment) -> None:
        with self.db.write() as connection:
            if connection.execute(select(assignments.c.role_id).where(_is(thing))).first() is None:
                connection.execute(insert(assignments).values(**_row(thing)))

    def has(self, thing: Assignment) -> bool:
        with self.db.read() as connection:
            return connection.execute(select(assignments.c.role_id).where(_is(thing))).first() is not None

    def remove(self, thing: Assignment) -> None:
        with self.db.write() as connection:
            connection.execute(delete(assignments).where(_is(thing)))

    def remove_of_actors(self, kind: str, ids: Sequence[str]) -> None:
        self._remove(assignments.c.actor_kind == kind, assignments.c.actor_id.in_(ids))

    def remove_on_targets(self, ids: Sequence[str]) -> None:
        self._remove(assignments.c.target_id.in_(ids))

    def _remove(self, *conditions: ColumnElement[bool]) -> None:
        with self.db.write() as connection:
            connection.execute(delete(assignments).where(*conditions))

    def matching(
        self,
        *,
        actors: Iterable[tuple[str, str]] | None = None,
        target: tuple[str, str] | None = None,
        role_ids: Sequence[str] | None = None,
        is_inherited: bool | None = None,
    ) -> list[Assignment]:
        """Those of any of the actors (kind, id), on the target (kind, id), with any of the roles."""
        conditions: list[ColumnElement[bool]] = []
        if actors is not None:
            conditions.append(_of(actors))
        if target is not None:
            conditions += [assignments.c.target_kind == target[0], assignments.c.target_id == target[1]]
        if role_ids is not None:
            conditions.append(assignments.c.role_id.in_(role_ids))
        if is_inherited is not None:
            conditions.append(assignments.c.is_inherited == is_inherited)
        return self._fetch(*conditions)

    def reaching(self, project: Project, actors: Iterable[tuple[str, str]] | None = None) -> list[Assignment]:
        """All that count on the project: its own, and the inherited ones from above."""
        lists = {"above": project.ancestors, **(_ids_by_kind(actors) if actors is not None else {})}
        shape = tuple((name, len(ids)) for name, ids in lists.items())
        if shape not in self._reaching:
            self._reaching[shape] = Prepared(select(assignments).where(*_reaching(dict(shape))))
        values = {f"{name}_{place}": each for name, ids in lists.items() for place, each in enumerate(ids)}
        kind = "domain" if project.is_domain else "project"
        with self.db.read() as connection:
            return _in_order(self._reaching[shape].rows(connection, kind=kind, of=project.id, **values))

    def around(self, projects: Iterable[Project]) -> list[Assignment]:
        """All that may count on any of the projects: on them, and the inherited ones from above."""
        on: set[str] = set()
        above: set[str] = set()
        for project in projects:
            on.add(project.id)
            above.update(project.ancestors)
        inherited = and_(assignments.c.target_id.in_(above), assignments.c.is_inherited.is_(True))
        return self._fetch(or_(assignments.c.target_id.in_(on), inherited))

    def on_system(self, actors: Iterable[tuple[str, str]]) -> list[Assignment]:
        return self.matching(actors=actors, target=("system", SYSTEM))

    def _fetch(self, *conditions: ColumnElement[bool]) -> list[Assignment]:
        with self.db.read() as connection:
            return _in_order(connection.execute(select(assignments).where(*conditions)))


def _in_order(rows: Iterable[Any]) -> list[Assignment]:
    """Sorted here: a database that is asked to may walk the whole primary key for it."""
    return [Assignment(**row._asdict()) for row in sorted(rows, key=tuple)]


def _reaching(counts: dict[str, int]) -> list[ColumnElement[bool]]:
    """The conditions of `reaching` for so many ids above the project and of each kind of actor."""
    ids: dict[str, list[Any]] = {
        name: [bindparam(f"{name}_{place}") for place in range(count)] for name, count in counts.items()
    }
    direct = and_(
        assignments.c.target_kind == bindparam("kind"),
        assignments.c.target_id == bindparam("of"),
        assignments.c.is_inherited.is_(False),
    )
    above = and_(assignments.c.target_id.in_(ids.pop("above")), assignments.c.is_inherited.is_(True))
    return [or_(direct, above), *([_among(ids)] if ids else [])]


def _of(actors: Iterable[tuple[str, str]]) -> ColumnElement[bool]:
    return _among(_ids_by_kind(actors))


def _ids_by_kind(actors: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, actor_id in actors:
        found.setdefault(kind, []).append(actor_id)
    return found


def _among(ids_by_kind: Mapping[str, Sequence[Any]]) -> ColumnElement[bool]:
    return or_(
        *(and_(assignments.c.actor_kind == kind, assignments.c.actor_id.in_(ids)) for kind, ids in ids_by_kind.items())
    )


def _row(thing: Assignment) -> dict[str, Any]:
    return {column.name: getattr(thing, column.name) for column in assignments.columns}


def _is(thing: Assignment) -> ColumnElement[bool]:
    return and_(*(column == getattr(thing, column.name) for column in assignments.columns))
