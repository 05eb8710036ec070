"""Rows of definitions of metadata."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, or_, select, true, update

from haneul.kit.db import Database
from haneul.kit.errors import NotFound
from haneul.kit.paging import Page, SortKey, after
from haneul.services.image.model import (
    Association,
    Definition,
    DefinitionKind,
    Namespace,
    NamespaceContent,
    NamespaceFilter,
    NamespaceId,
    NamespaceVisibility,
    NewAssociation,
    ResourceType,
)
from haneul.services.image.store.listing import Viewer
from haneul.services.image.store.tables import associations, definitions, namespaces, resource_types

_NEWEST = (SortKey("created_at", is_descending=True),)


class MetadefRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, name: str) -> Namespace | None:
        with self.db.read() as connection:
            row = connection.execute(select(namespaces).where(namespaces.c.name == name)).first()
        return None if row is None else _namespace(row)

    def list(self, viewer: Viewer, wanted: NamespaceFilter, page: Page) -> Sequence[Namespace]:
        """The marker is a name. Raises NotFound `metadef.no_namespace` for one that is not there."""
        in_sight = or_(
            true() if viewer.sees_everything else namespaces.c.visibility == NamespaceVisibility.PUBLIC,
            namespaces.c.owner == (viewer.project_id or None),
        )
        statement = select(namespaces).where(in_sight)
        if wanted.visibility is not None:
            statement = statement.where(namespaces.c.visibility == wanted.visibility)
        if wanted.resource_types:
            mine = associations.c.namespace_id == namespaces.c.id
            statement = statement.where(exists().where(mine, associations.c.resource_type.in_(wanted.resource_types)))
        order = [(namespaces.c[key.name], key.is_descending) for key in page.sort or _NEWEST]
        order.append((namespaces.c.id, order[-1][1]))
        with self.db.read() as connection:
            marker = None
            if page.marker is not None:
                keys = select(*(column for column, _ in order)).where(in_sight, namespaces.c.name == page.marker)
                marker = connection.execute(keys).first()
                if marker is None:
                    raise NotFound("metadef.no_namespace", f"No namespace {page.marker} to begin the page after.")
            rows = connection.execute(after(statement.limit(page.limit), order, marker))
            return [_namespace(row) for row in rows]

    def add(self, namespace: Namespace) -> None:
        with self.db.write() as connection:
            connection.execute(insert(namespaces).values(vars(namespace)))

    def save(self, namespace: Namespace) -> None:
        with self.db.write() as connection:
            connection.execute(update(namespaces).where(namespaces.c.id == namespace.id).values(vars(namespace)))

    def remove(self, namespace: Namespace) -> None:
        with self.db.write() as connection:
            connection.execute(delete(namespaces).where(namespaces.c.id == namespace.id))

    def content(self, namespace: Namespace) -> NamespaceContent:
        with self.db.read() as connection:
            found = select(definitions).where(definitions.c.namespace_id == namespace.id)
            rows = connection.execute(found.order_by(definitions.c.created_at, definitions.c.name))
            all_definitions = tuple(_definition(row) for row in rows)
        of = self.associations([namespace.id]).get(namespace.id, [])
        return NamespaceContent(tuple(of), all_definitions)

    def associations(self, ids: Sequence[str]) -> dict[str, Sequence[Association]]:
        """By namespace, in one query."""
        statement = select(associations).where(associations.c.namespace_id.in_(ids))
        found: dict[str, list[Association]] = {}
        with self.db.read() as connection:
            for row in connection.execute(statement.order_by(associations.c.resource_type)):
                values = row._asdict()
                found.setdefault(values.pop("namespace_id"), []).append(Association(**values))
        return dict(found)

    def associate(self, namespace: Namespace, new: NewAssociation, now: datetime) -> None:
        """The resource type becomes known by it."""
        times = {"created_at": now, "updated_at": now}
        with self.db.write() as connection:
            known = select(resource_types.c.name).where(resource_types.c.name == new.resource_type)
            if connection.execute(known).first() is None:
                connection.execute(insert(resource_types).values(name=new.resource_type, **times))
            connection.execute(insert(associations).values(namespace_id=namespace.id, **vars(new), **times))

    def dissociate(self, namespace: Namespace, resource_type: str) -> bool:
        statement = delete(associations).where(
            associations.c.namespace_id == namespace.id, associations.c.resource_type == resource_type
        )
        with self.db.write() as connection:
            return connection.execute(statement).rowcount == 1

    def resource_types(self) -> Sequence[ResourceType]:
        with self.db.read() as connection:
            rows = connection.execute(select(resource_types).order_by(resource_types.c.name))
            return [ResourceType(**row._asdict()) for row in rows]

    def find_definition(self, namespace: Namespace, kind: DefinitionKind, name: str) -> Definition | None:
        statement = select(definitions).where(
            definitions.c.namespace_id == namespace.id, definitions.c.kind == kind, definitions.c.name == name
        )
        with self.db.read() as connection:
            row = connection.execute(statement).first()
        return None if row is None else _definition(row)

    def definitions(self, namespace: Namespace, kind: DefinitionKind, page: Page) -> Sequence[Definition]:
        """The marker is a name. Raises NotFound `metadef.no_definition` for one that is not there."""
        mine = (definitions.c.namespace_id == namespace.id, definitions.c.kind == kind)
        order = [(definitions.c[key.name], key.is_descending) for key in page.sort or _NEWEST]
        order.append((definitions.c.name, order[-1][1]))
        with self.db.read() as connection:
            marker = None
            if page.marker is not None:
                keys = select(*(column for column, _ in order)).where(*mine, definitions.c.name == page.marker)
                marker = connection.execute(keys).first()
                if marker is None:
                    raise NotFound("metadef.no_definition", f"No {kind} {page.marker} to begin the page after.")
            statement = select(definitions).where(*mine).limit(page.limit)
            return [_definition(row) for row in connection.execute(after(statement, order, marker))]

    def add_definition(self, namespace: Namespace, definition: Definition) -> None:
        values = vars(definition) | {"body": dict(definition.body), "namespace_id": namespace.id}
        with self.db.write() as connection:
            connection.execute(insert(definitions).values(values))

    def save_definition(self, namespace: Namespace, old_name: str, definition: Definition) -> None:
        statement = update(definitions).where(
            definitions.c.namespace_id == namespace.id,
            definitions.c.kind == definition.kind,
            definitions.c.name == old_name,
        )
        with self.db.write() as connection:
            connection.execute(statement.values(vars(definition) | {"body": dict(definition.body)}))

    def remove_definitions(self, namespace: Namespace, kind: DefinitionKind, name: str | None = None) -> int:
        """One, or all of the kind; how many."""
        statement = delete(definitions).where(definitions.c.namespace_id == namespace.id, definitions.c.kind == kind)
        with self.db.write() as connection:
            return connection.execute(
                statement if name is None else statement.where(definitions.c.name == name)
            ).rowcount

    def is_empty(self) -> bool:
        with self.db.read() as connection:
            return not connection.execute(select(func.count()).select_from(resource_types)).scalar_one()


def _namespace(row: Row[Any]) -> Namespace:
    values = row._asdict()
    values["id"] = NamespaceId(values["id"])
    values["visibility"] = NamespaceVisibility(values["visibility"])
    return Namespace(**values)


def _definition(row: Row[Any]) -> Definition:
    values = row._asdict()
    values.pop("namespace_id")
    values["kind"] = DefinitionKind(values["kind"])
    return Definition(**values)
