"""Regions, services and endpoints in the database, and which project sees which endpoint."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, delete, insert, select

from haneul.kit.db import Database
from haneul.services.identity.model import Endpoint, EndpointGroup, Region, Service
from haneul.services.identity.store.rows import Rows
from haneul.services.identity.store.tables import (
    catalog_endpoints,
    catalog_services,
    endpoint_groups,
    project_endpoint_groups,
    project_endpoints,
    regions,
)


class RegionRows(Rows[Region]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, regions, Region)


class ServiceRows(Rows[Service]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, catalog_services, Service)


class EndpointRows(Rows[Endpoint]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, catalog_endpoints, Endpoint)


class EndpointGroupRows(Rows[EndpointGroup]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, endpoint_groups, EndpointGroup)


class Visibility:
    """Which projects were given which endpoints, singly or by group."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def endpoint_ids(self, project_id: str) -> list[str]:
        return self._ids(project_endpoints, "endpoint_id", project_id=project_id)

    def group_ids(self, project_id: str) -> list[str]:
        return self._ids(project_endpoint_groups, "endpoint_group_id", project_id=project_id)

    def projects_of_endpoint(self, endpoint_id: str) -> list[str]:
        return self._ids(project_endpoints, "project_id", endpoint_id=endpoint_id)

    def projects_of_group(self, group_id: str) -> list[str]:
        return self._ids(project_endpoint_groups, "project_id", endpoint_group_id=group_id)

    def show_endpoint(self, project_id: str, endpoint_id: str) -> None:
        self._add(project_endpoints, project_id=project_id, endpoint_id=endpoint_id)

    def hide_endpoint(self, project_id: str, endpoint_id: str) -> None:
        self._remove(project_endpoints, project_id=project_id, endpoint_id=endpoint_id)

    def show_group(self, project_id: str, group_id: str) -> None:
        self._add(project_endpoint_groups, project_id=project_id, endpoint_group_id=group_id)

    def hide_group(self, project_id: str, group_id: str) -> None:
        self._remove(project_endpoint_groups, project_id=project_id, endpoint_group_id=group_id)

    def _ids(self, table: Table, wanted: str, **known: str) -> list[str]:
        with self.db.read() as connection:
            rows = connection.execute(select(table.c[wanted]).where(*_equal(table, known)).order_by(table.c[wanted]))
            return [row[0] for row in rows]

    def _add(self, table: Table, **values: str) -> None:
        with self.db.write() as connection:
            if connection.execute(select(table).where(*_equal(table, values))).first() is None:
                connection.execute(insert(table).values(**values))

    def _remove(self, table: Table, **values: str) -> None:
        with self.db.write() as connection:
            connection.execute(delete(table).where(*_equal(table, values)))


def _equal(table: Table, values: dict[str, str]) -> list[Any]:
    return [table.c[name] == value for name, value in values.items()]
