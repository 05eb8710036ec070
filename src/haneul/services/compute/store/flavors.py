"""Rows of flavors, their extra specs and who has access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared
from haneul.kit.errors import Conflict
from haneul.kit.paging import Page, after
from haneul.services.compute.model import Flavor
from haneul.services.compute.store.tables import flavor_access, flavor_specs, flavors

SORT_KEYS = {
    "flavorid": flavors.c.id,
    "id": flavors.c.id,
    "name": flavors.c.name,
    "memory_mb": flavors.c.memory_mib,
    "vcpus": flavors.c.vcpus,
    "root_gb": flavors.c.disk_gib,
    "ephemeral_gb": flavors.c.ephemeral_gib,
    "swap": flavors.c.swap_mib,
    "disabled": flavors.c.is_disabled,
    "is_public": flavors.c.is_public,
    "rxtx_factor": flavors.c.rxtx_factor,
    "vcpu_weight": flavors.c.vcpus,
}

_BY_ID = Prepared(select(flavors).where(flavors.c.id == bindparam("flavor_id")))
_SPECS = Prepared(
    select(flavor_specs).where(flavor_specs.c.flavor_id == bindparam("flavor_id")).order_by(flavor_specs.c.key)
)


@dataclass(frozen=True)
class FlavorFilter:
    """Which flavors: None where it does not matter."""

    is_public: bool | None = None
    project_id: str | None = None
    """Public ones and those that this project was given access to."""
    min_disk_gib: int = 0
    min_memory_mib: int = 0


class FlavorStore:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, flavor_id: str) -> Flavor | None:
        with self.db.read() as c:
            row = _BY_ID.first(c, flavor_id=flavor_id)
            specs = {each.key: each.value for each in _SPECS.rows(c, flavor_id=flavor_id)}
        return None if row is None else Flavor(**row._asdict(), extra_specs=specs)

    def list(self, wanted: FlavorFilter, page: Page, marker: Flavor | None = None) -> Sequence[Flavor]:
        """In the order of `page.sort` (default: by id), after the flavor `marker`."""
        statement = select(flavors).where(flavors.c.disk_gib >= wanted.min_disk_gib)
        statement = statement.where(flavors.c.memory_mib >= wanted.min_memory_mib)
        if wanted.is_public is not None:
            statement = statement.where(flavors.c.is_public.is_(wanted.is_public))
        if wanted.project_id is not None:
            shared = select(flavor_access.c.flavor_id).where(flavor_access.c.project_id == wanted.project_id)
            statement = statement.where(or_(flavors.c.is_public.is_(True), flavors.c.id.in_(shared)))
        order = [(SORT_KEYS[key.name], key.is_descending) for key in page.sort]
        if not any(column is flavors.c.id for column, _ in order):
            order.append((flavors.c.id, False))
        values = None
        if marker is not None:
            values = [getattr(marker, column.name) for column, _ in order]
        return self._load(after(statement, order, values).limit(page.limit))

    def _load(self, statement: Select[Any]) -> Sequence[Any]:
        with self.db.read() as c:
            rows = c.execute(statement).all()
            specs = _specs(c, [row.id for row in rows])
        return [Flavor(**row._asdict(), extra_specs=specs.get(row.id, {})) for row in rows]

    def add(self, flavor: Flavor) -> None:
        """Raises Conflict("flavor.exists") when the id or the name is taken."""
        try:
            with self.db.write() as c, c.begin_nested():
                c.execute(insert(flavors).values(_values(flavor)))
        except IntegrityError as error:
            raise Conflict(
                "flavor.exists", f"A flavor with ID {flavor.id} or name {flavor.name} already exists: choose another."
            ) from error

    def describe(self, flavor_id: str, description: str | None) -> None:
        with self.db.write() as c:
            c.execute(update(flavors).where(flavors.c.id == flavor_id).values(description=description))

    def remove(self, flavor_id: str) -> bool:
        """With its extra specs and access list; True if there was one."""
        with self.db.write() as c:
            return c.execute(delete(flavors).where(flavors.c.id == flavor_id)).rowcount > 0

    def set_specs(self, flavor_id: str, specs: Mapping[str, str]) -> None:
        """Add these extra specs, replacing those of the same keys."""
        with self.db.write() as c:
            c.execute(
                delete(flavor_specs).where(flavor_specs.c.flavor_id == flavor_id, flavor_specs.c.key.in_(list(specs)))
            )
            rows = [{"flavor_id": flavor_id, "key": key, "value": value} for key, value in specs.items()]
            if rows:
                c.execute(insert(flavor_specs), rows)

    def remove_spec(self, flavor_id: str, key: str) -> bool:
        """True if there was one."""
        wanted = (flavor_specs.c.flavor_id == flavor_id, flavor_specs.c.key == key)
        with self.db.write() as c:
            return c.execute(delete(flavor_specs).where(*wanted)).rowcount > 0

    def list_access(self, flavor_id: str) -> Sequence[str]:
        """The ids of the projects that may use it."""
        wanted = select(flavor_access.c.project_id).where(flavor_access.c.flavor_id == flavor_id)
        with self.db.read() as c:
            return list(c.scalars(wanted.order_by(flavor_access.c.project_id)))

    def add_access(self, flavor_id: str, project_id: str) -> None:
        with self.db.write() as c:
            c.execute(insert(flavor_access).values(flavor_id=flavor_id, project_id=project_id))

    def remove_access(self, flavor_id: str, project_id: str) -> bool:
        """True if it had access."""
        wanted = (flavor_access.c.flavor_id == flavor_id, flavor_access.c.project_id == project_id)
        with self.db.write() as c:
            return c.execute(delete(flavor_access).where(*wanted)).rowcount > 0


def _specs(c: Connection, flavor_ids: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    if flavor_ids:
        wanted = select(flavor_specs).where(flavor_specs.c.flavor_id.in_(flavor_ids)).order_by(flavor_specs.c.key)
        for row in c.execute(wanted):
            found.setdefault(row.flavor_id, {})[row.key] = row.value
    return found


def _values(flavor: Flavor) -> dict[str, Any]:
    return {column.name: getattr(flavor, column.name) for column in flavors.columns}
