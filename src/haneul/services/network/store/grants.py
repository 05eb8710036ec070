"""Rows of grants, and of the nouns that are shared by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, PreparedList
from haneul.kit.errors import Conflict
from haneul.services.network.model.grants import EVERYBODY, Action, Grant, Shareable
from haneul.services.network.store.rows import Noun, Rows, Scope, chunked, grouped
from haneul.services.network.store.tables import grants


class SharedNoun(Noun, Protocol):
    @property
    def shared_with(self) -> tuple[str, ...]: ...


T = TypeVar("T", bound=SharedNoun)


class GrantRows(Rows[Grant]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, grants, Grant)

    def seen_by(self, project_id: str) -> Scope:
        return grants.c.project_id == project_id

    def of(self, object_type: Shareable, object_id: str, action: Action) -> list[Grant]:
        mine = (grants.c.object_type == object_type, grants.c.object_id == object_id, grants.c.action == action)
        with self.db.read() as connection:
            return self._read(connection, self._selected(None).where(*mine).order_by(grants.c.id))

    def add(self, noun: Grant) -> None:
        """Raises Conflict `grant.exists`."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    super().add(noun)
            except IntegrityError as error:
                raise _exists(noun) from error

    def lead_to(self, noun: Grant, target_project: str) -> Grant:
        """The grant is that project's from now on. Raises Conflict `grant.exists`."""
        led = replace(noun, target_project=target_project, revision_number=noun.revision_number + 1)
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    connection.execute(grants.update().where(grants.c.id == noun.id).values(self._values(led)))
            except IntegrityError as error:
                raise _exists(led) from error
        return led


def granted(object_type: Shareable, projects: Iterable[str]) -> Any:
    """The ids of the things of a type that these projects may use, whatever for."""
    chosen = (grants.c.object_type == object_type, grants.c.target_project.in_([EVERYBODY, *projects]))
    return select(grants.c.object_id).where(*chosen)


def shared(object_type: Shareable, projects: Iterable[object]) -> Any:
    """The ids of the things of a type that are shared with one of these."""
    mine = (grants.c.object_type == object_type, grants.c.action == Action.SHARE.value)
    return select(grants.c.object_id).where(*mine, grants.c.target_project.in_([str(each) for each in projects]))


class SharedRows(Rows[T]):
    """The rows of a noun that projects may share; `shared_with` and `not_shared_with` find by it."""

    def __init__(self, db: Database, table: Table, kind: type[T], object_type: Shareable) -> None:
        super().__init__(db, table, kind)
        self.object_type = object_type
        mine = (grants.c.object_type == object_type, grants.c.action == Action.SHARE.value)
        self._targets = PreparedList(
            lambda ids: (
                select(grants.c.object_id, grants.c.target_project)
                .where(*mine, grants.c.object_id.in_(ids))
                .order_by(grants.c.object_id, grants.c.target_project)
            )
        )

    def seen_by(self, project_id: str) -> Scope:
        """Its own, and what is shared with it."""
        return or_(self.table.c.project_id == project_id, self.table.c.id.in_(granted(self.object_type, [project_id])))

    def users(self, noun_id: str, action: Action) -> set[str]:
        """The projects that use it in the way that the action lets them."""
        raise NotImplementedError

    def remove(self, noun_id: str) -> bool:
        """Its grants go with it."""
        mine = (grants.c.object_type == self.object_type, grants.c.object_id == noun_id)
        with self.db.write() as connection:
            connection.execute(delete(grants).where(*mine))
            return super().remove(noun_id)

    def _condition(self, name: str, values: tuple[object, ...]) -> ColumnElement[bool] | None:
        if name not in ("shared_with", "not_shared_with"):
            return None
        chosen = self.table.c.id.in_(shared(self.object_type, values))
        return chosen if name == "shared_with" else ~chosen

    def _complete(self, connection: Connection, found: list[T]) -> list[T]:
        targets: dict[str, list[Any]] = {}
        for some in chunked(each.id for each in found):
            targets |= grouped(self._targets.rows(connection, some), lambda row: row[0], lambda row: row[1])
        if not targets:
            return found
        return [replace(each, shared_with=tuple(targets.get(each.id, ()))) for each in found]


def _exists(grant: Grant) -> Conflict:
    return Conflict(
        "grant.exists",
        f"An RBAC policy already exists with those values: {grant.action} of {grant.object_type} {grant.object_id} "
        f"for {grant.target_project}. Nothing is to do.",
    )
