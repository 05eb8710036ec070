"""Rows of imports, as their owners watch them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from haneul.kit.db import Database
from haneul.kit.errors import Invalid
from haneul.kit.paging import Page, SortKey, after
from haneul.services.image.model import ImageId, Task, TaskFilter, TaskStatus
from haneul.services.image.store.tables import tasks

_NEWEST = (SortKey("created_at", is_descending=True),)


class TaskRows:
    def __init__(self, db: Database) -> None:
        self.db = db

    def find(self, task_id: str) -> Task | None:
        with self.db.read() as connection:
            row = connection.execute(select(tasks).where(tasks.c.id == task_id)).first()
        return None if row is None else _task(row)

    def list(self, wanted: TaskFilter, page: Page) -> Sequence[Task]:
        """Raises Invalid `image.no_marker`."""
        statement = select(tasks)
        for field in fields(wanted):
            value = getattr(wanted, field.name)
            if value is not None:
                statement = statement.where(tasks.c[field.name] == value)
        order = [(tasks.c[key.name], key.is_descending) for key in page.sort or _NEWEST]
        order.append((tasks.c.id, order[-1][1]))
        if page.limit is not None:
            statement = statement.limit(page.limit)
        with self.db.read() as connection:
            marker = None
            if page.marker is not None:
                keys = select(*(column for column, _ in order)).where(tasks.c.id == page.marker)
                marker = connection.execute(keys).first()
                if marker is None:
                    raise Invalid("image.no_marker", f"No task {page.marker} to begin the page after.")
            return [_task(row) for row in connection.execute(after(statement, order, marker))]

    def add(self, task: Task) -> None:
        with self.db.write() as connection:
            connection.execute(insert(tasks).values(vars(task) | {"input": dict(task.input)}))

    def set_status(
        self, task_id: str, status: TaskStatus, now: datetime, message: str = "", expires_at: datetime | None = None
    ) -> None:
        values = {"status": status, "updated_at": now, "message": message, "expires_at": expires_at}
        with self.db.write() as connection:
            connection.execute(update(tasks).where(tasks.c.id == task_id).values(values))

    def forget(self, now: datetime) -> int:
        """Delete those whose time is over; how many."""
        with self.db.write() as connection:
            return connection.execute(delete(tasks).where(tasks.c.expires_at < now)).rowcount


def _task(row: Row[Any]) -> Task:
    values = row._asdict()
    values["image_id"] = ImageId(values["image_id"])
    values["status"] = TaskStatus(values["status"])
    return Task(**values)
