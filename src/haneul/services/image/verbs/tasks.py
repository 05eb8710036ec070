"""Tasks: imports, as they can be watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haneul.kit.errors import NotFound
from haneul.kit.paging import Page
from haneul.kit.policy import Caller
from haneul.services.image.model import Task, TaskFilter
from haneul.services.image.parts import Parts
from haneul.services.image.verbs.access import Access

_NEWEST = Page()


@dataclass(frozen=True)
class Tasks:
    parts: Parts

    def list(self, caller: Caller, wanted: TaskFilter, page: Page = _NEWEST) -> Sequence[Task]:
        """Every task. Raises Forbidden."""
        self.parts.policy.require(caller, "tasks_api_access", {"project_id": caller.project_id})
        return self.parts.store.tasks.list(wanted, page)

    def get(self, caller: Caller, task_id: str) -> Task:
        """Raises NotFound, Forbidden."""
        self.parts.policy.require(caller, "tasks_api_access", {"project_id": caller.project_id})
        task = self.parts.store.tasks.find(task_id)
        if task is None:
            raise NotFound("image.no_task", f"Task not found for task_id {task_id}.")
        return task

    def list_of(self, caller: Caller, image_id: str) -> Sequence[Task]:
        """The tasks of an image that the caller sees. Raises NotFound."""
        image = Access(self.parts).seen(caller, image_id)[0]
        return self.parts.store.tasks.list(TaskFilter(image_id=image.id), Page())
