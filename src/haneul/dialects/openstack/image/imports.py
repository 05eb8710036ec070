"""Bringing data into images by other ways than an upload, and the tasks that show how it goes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.image.data import STORE_HEADER, announced_size, check_octets
from haneul.dialects.openstack.image.filters import read_limit
from haneul.dialects.openstack.image.views import show_time
from haneul.kit.errors import Invalid
from haneul.kit.http import Query, Reply, Request
from haneul.kit.ids import is_uuid
from haneul.kit.paging import Page, SortKey
from haneul.services.image import ImportMethod, ImportOrder, Task, TaskFilter, TaskStatus

METHODS = tuple(str(method) for method in ImportMethod)
_SORT_KEYS = ("created_at", "updated_at", "status", "type", "id")


def show_import_methods(_cloud: Cloud, _req: Request) -> Reply:
    about = {"description": "Import methods available.", "type": "array", "value": list(METHODS)}
    return Reply(200, {"import-methods": about})


def stage_image(cloud: Cloud, req: Request) -> Reply:
    check_octets(req)
    cloud.image.imports.stage(req.caller, req.params["image_id"], req.chunks(), announced_size(req))
    return Reply(204)


def import_image(cloud: Cloud, req: Request) -> Reply:
    method = req.body["method"]
    if method["name"] not in METHODS:
        raise Invalid(
            "image.no_method", f"Unknown import method name '{method['name']}': use one of {', '.join(METHODS)}."
        )
    cloud.image.imports.begin(req.caller, req.params["image_id"], _order(req, ImportMethod(method["name"])))
    return Reply(202)


def _order(req: Request, method: ImportMethod) -> ImportOrder:
    stores, chosen = req.body.get("stores"), req.headers.get(STORE_HEADER)
    if chosen is not None and (stores is not None or req.body.get("all_stores")):
        raise Invalid("image.store_twice", "Name stores in the body or in the header X-Image-Meta-Store, not in both.")
    if stores is not None and req.body.get("all_stores"):
        raise Invalid("image.all_stores", "all_stores is every store: leave the choice of stores out.")
    return ImportOrder(
        method=method,
        url=req.body["method"].get("uri", ""),
        stores=tuple(stores or ([chosen] if chosen else ())),
        is_to_all=req.body.get("all_stores", False),
        all_must_succeed=req.body.get("all_stores_must_succeed", True),
        said=req.body,
    )


def list_image_tasks(cloud: Cloud, req: Request) -> Reply:
    tasks = cloud.image.tasks.list_of(req.caller, req.params["image_id"])
    return Reply(200, {"tasks": [show_whole(task) for task in tasks]})


def list_tasks(cloud: Cloud, req: Request) -> Reply:
    wanted, page = _filter(req.query), _page(req.query)
    tasks = cloud.image.tasks.list(req.caller, wanted, page)
    query = [(name, value) for name, value in req.query.items if name != "marker"]
    body: dict[str, Any] = {
        "tasks": [_stub(task) for task in tasks],
        "first": f"/v2/tasks?{urlencode(query)}" if query else "/v2/tasks",
        "schema": "/v2/schemas/tasks",
    }
    if tasks and len(tasks) == page.limit:
        body["next"] = f"/v2/tasks?{urlencode([*query, ('marker', tasks[-1].id)])}"
    return Reply(200, body)


def show_task(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, show_whole(cloud.image.tasks.get(req.caller, req.params["task_id"])))


def show_whole(task: Task) -> dict[str, Any]:
    """A task with what it was asked and what came of it."""
    is_done = task.status is TaskStatus.SUCCESS
    return _stub(task) | {
        "input": task.input,
        "result": {"image_id": task.image_id} if is_done else None,
        "message": task.message,
        "image_id": task.image_id,
        "request_id": task.request_id,
        "user_id": task.user_id,
    }


def _stub(task: Task) -> dict[str, Any]:
    stub = {
        "id": task.id,
        "type": task.type,
        "status": task.status,
        "owner": task.owner,
        "created_at": show_time(task.created_at),
        "updated_at": show_time(task.updated_at),
        "self": f"/v2/tasks/{task.id}",
        "schema": "/v2/schemas/task",
    }
    return stub | ({"expires_at": show_time(task.expires_at)} if task.expires_at else {})


def _filter(query: Query) -> TaskFilter:
    status = query.get("status")
    if status is not None and status not in list(TaskStatus):
        raise Invalid("request.bad_filter", f"Invalid status value: {status}: use one of {', '.join(TaskStatus)}.")
    return TaskFilter(
        owner=query.get("owner"),
        status=None if status is None else TaskStatus(status),
        type=query.get("type"),
        image_id=query.get("image_id"),
    )


def _page(query: Query) -> Page:
    marker, key, direction = query.get("marker"), query.get("sort_key", ""), query.get("sort_dir", "desc")
    if marker is not None and not is_uuid(marker):
        raise Invalid("request.bad_marker", f"Invalid marker format: {marker} is not a UUID.")
    if (key or "created_at") not in _SORT_KEYS or direction not in ("asc", "desc"):
        raise Invalid("request.bad_sort", f"Tasks are sorted by {', '.join(_SORT_KEYS)}, asc or desc.")
    return Page(read_limit(query), marker, (SortKey(key or "created_at", direction == "desc"),))
