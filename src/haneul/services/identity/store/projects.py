"""Projects and domains in the database: one table, one tree per domain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, or_, select, update

from haneul.kit.db import Database, Prepared
from haneul.services.identity.model import Filter, Project
from haneul.services.identity.store.rows import Row, Rows, fold
from haneul.services.identity.store.tables import groups, limits, project_tags, projects, roles, users


def _derived(row: Row) -> Row:
    return {"name_key": fold(row["name"]), "domain_key": row["domain_id"] or ""}


class ProjectRows(Rows[Project]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, projects, Project, _derived)
        same = projects.c.domain_key == bindparam("in_domain"), projects.c.name_key == bindparam("known_as")
        self._by_name = Prepared(self.chosen().where(*same))

    def find_by_name(self, name: str, domain_id: str | None) -> Project | None:
        """A project of the domain; with None a domain itself."""
        return self.find_prepared(self._by_name, in_domain=domain_id or "", known_as=fold(name))

    def below(self, project: Project) -> list[Project]:
        """All the projects under it, at every depth."""
        return self.all(_below(project))

    def under(self, ids: Iterable[str]) -> list[Project]:
        """All the projects under any of these."""
        roots = self.find_many(ids).values()
        return self.all(or_(*(_below(root) for root in roots)))

    def add(self, thing: Project) -> Project:
        with self.db.write():
            super().add(thing)
            self._keep_tags(thing)
        return thing

    def change(self, thing: Project) -> Project:
        with self.db.write() as connection:
            super().change(thing)
            connection.execute(delete(project_tags).where(project_tags.c.project_id == thing.id))
            self._keep_tags(thing)
        return thing

    def disable_below(self, project: Project) -> None:
        with self.db.write() as connection:
            below = _below(project)
            connection.execute(update(projects).where(below).values(is_enabled=False))

    def condition(self, wanted: Filter) -> ColumnElement[bool]:
        """Beside the columns: `tags` (all of), `tags-any`, `not-tags` (not all of), `not-tags-any` (none of)."""
        if wanted.field not in ("tags", "tags-any", "not-tags", "not-tags-any"):
            return super().condition(wanted)
        if wanted.field.endswith("any"):
            has: ColumnElement[bool] = projects.c.id.in_(_tagged(project_tags.c.tag.in_(wanted.value)))
        else:
            has = and_(*(projects.c.id.in_(_tagged(project_tags.c.tag == tag)) for tag in wanted.value))
        return ~has if wanted.field.startswith("not-") else has

    def sealed_config(self, domain_id: str) -> str | None:
        with self.db.read() as connection:
            found = connection.execute(select(projects.c.sealed_config).where(projects.c.id == domain_id)).scalar()
        return None if found is None else str(found)

    def keep_sealed_config(self, domain_id: str, sealed: str | None) -> None:
        with self.db.write() as connection:
            connection.execute(update(projects).where(projects.c.id == domain_id).values(sealed_config=sealed))

    def remove_in_domain(self, domain_id: str) -> None:
        """Everything that lives in the domain, and the domain."""
        with self.db.write() as connection:
            for table in (users, groups, roles, limits):
                connection.execute(delete(table).where(table.c.domain_id == domain_id))
            rows = connection.execute(
                select(projects.c.id).where(projects.c.domain_id == domain_id).order_by(projects.c.path.desc())
            ).all()
            deepest_first = sorted(rows, key=lambda row: row.id)
            connection.execute(
                update(projects).where(projects.c.domain_id == domain_id).values(parent_id=None, domain_id=None)
            )
            ids = [row.id for row in deepest_first]
            connection.execute(delete(projects).where(projects.c.id.in_([*ids, domain_id])))

    def _keep_tags(self, thing: Project) -> None:
        if thing.tags:
            with self.db.write() as connection:
                connection.execute(insert(project_tags), [{"project_id": thing.id, "tag": tag} for tag in thing.tags])


def _below(project: Project) -> ColumnElement[bool]:
    """Ids hold no wildcards; one plain pattern lets the index on the path be used."""
    return projects.c.path.like(f"{project.path}/%")


def _tagged(condition: ColumnElement[bool]) -> Any:
    return select(project_tags.c.project_id).where(condition)
