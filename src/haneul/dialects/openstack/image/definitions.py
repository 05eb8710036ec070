"""Objects, properties and tags of a namespace of definitions of metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.image.filters import read_limit
from haneul.dialects.openstack.image.metadef_schemas import TOLD
from haneul.dialects.openstack.image.views import show_time
from haneul.kit.errors import Forbidden, Invalid, NotFound
from haneul.kit.http import Query, Reply, Request
from haneul.kit.paging import Page, SortKey
from haneul.services.image import Definition, DefinitionKind, NewDefinition

_SORT_KEYS = ("created_at", "updated_at", "name")


def list_objects(cloud: Cloud, req: Request) -> Reply:
    name = req.params["namespace"]
    found = cloud.image.metadef_objects.list(req.caller, name, _page(req.query))
    objects = [show_object(name, each) for each in found]
    return Reply(200, {"objects": objects, "schema": "v2/schemas/metadefs/objects"})


def create_object(cloud: Cloud, req: Request) -> Reply:
    name, new = req.params["namespace"], _new(DefinitionKind.OBJECT, req.body)
    return Reply(201, show_object(name, cloud.image.metadef_objects.create(req.caller, name, new)))


def show_one_object(cloud: Cloud, req: Request) -> Reply:
    name = req.params["namespace"]
    return Reply(200, show_object(name, cloud.image.metadef_objects.get(req.caller, name, req.params["name"])))


def update_object(cloud: Cloud, req: Request) -> Reply:
    name, new = req.params["namespace"], _new(DefinitionKind.OBJECT, req.body)
    changed = cloud.image.metadef_objects.update(req.caller, name, req.params["name"], new)
    return Reply(200, show_object(name, changed))


def delete_object(cloud: Cloud, req: Request) -> Reply:
    cloud.image.metadef_objects.delete(req.caller, req.params["namespace"], req.params["name"])
    return Reply(204)


def delete_objects(cloud: Cloud, req: Request) -> Reply:
    cloud.image.metadef_objects.delete_all(req.caller, req.params["namespace"])
    return Reply(204)


def list_properties(cloud: Cloud, req: Request) -> Reply:
    found = cloud.image.metadef_properties.list(req.caller, req.params["namespace"], Page())
    return Reply(200, {"properties": {each.name: each.body for each in found}})


def create_property(cloud: Cloud, req: Request) -> Reply:
    new = _new(DefinitionKind.PROPERTY, req.body)
    created = cloud.image.metadef_properties.create(req.caller, req.params["namespace"], new)
    return Reply(201, _show_property(created))


def show_property(cloud: Cloud, req: Request) -> Reply:
    """With `resource_type`, the name is asked for with the prefix that the type has there."""
    name, resource_type = req.params["name"], req.query.get("resource_type")
    if resource_type:
        found = cloud.image.metadefs.list_associations(req.caller, req.params["namespace"])
        prefix = next((each.prefix for each in found if each.resource_type == resource_type), None)
        if not prefix or not name.startswith(prefix):
            raise NotFound(
                "metadef.no_definition",
                f"Property {name} does not start with the expected resource type association prefix of '{prefix}'.",
            )
        name = name.removeprefix(prefix)
    return Reply(200, _show_property(cloud.image.metadef_properties.get(req.caller, req.params["namespace"], name)))


def update_property(cloud: Cloud, req: Request) -> Reply:
    new = _new(DefinitionKind.PROPERTY, req.body)
    changed = cloud.image.metadef_properties.update(req.caller, req.params["namespace"], req.params["name"], new)
    return Reply(200, _show_property(changed))


def delete_property(cloud: Cloud, req: Request) -> Reply:
    cloud.image.metadef_properties.delete(req.caller, req.params["namespace"], req.params["name"])
    return Reply(204)


def delete_properties(cloud: Cloud, req: Request) -> Reply:
    cloud.image.metadef_properties.delete_all(req.caller, req.params["namespace"])
    return Reply(204)


def list_metadef_tags(cloud: Cloud, req: Request) -> Reply:
    found = cloud.image.metadef_tags.list(req.caller, req.params["namespace"], _page(req.query))
    return Reply(200, {"tags": [{"name": each.name} for each in found]})


def create_metadef_tags(cloud: Cloud, req: Request) -> Reply:
    keep_others = req.headers.get("x-openstack-append", "").lower() in ("true", "1", "yes", "on", "t", "y")
    new = [NewDefinition(DefinitionKind.TAG, each["name"]) for each in req.body["tags"]]
    cloud.image.metadef_tags.replace_all(req.caller, req.params["namespace"], new, keep_others=keep_others)
    return Reply(201, {"tags": [{"name": each.name} for each in new]})


def create_metadef_tag(cloud: Cloud, req: Request) -> Reply:
    name = req.params["name"]
    if len(name) > 80:
        raise Invalid("metadef.long_name", f"The name of a tag has 80 characters at most, not {len(name)}.")
    new = NewDefinition(DefinitionKind.TAG, name)
    return Reply(201, _show_tag(cloud.image.metadef_tags.create(req.caller, req.params["namespace"], new)))


def show_metadef_tag(cloud: Cloud, req: Request) -> Reply:
    found = cloud.image.metadef_tags.get(req.caller, req.params["namespace"], req.params["name"])
    return Reply(200, _show_tag(found))


def update_metadef_tag(cloud: Cloud, req: Request) -> Reply:
    new = _new(DefinitionKind.TAG, req.body)
    changed = cloud.image.metadef_tags.update(req.caller, req.params["namespace"], req.params["name"], new)
    return Reply(200, _show_tag(changed))


def delete_metadef_tag(cloud: Cloud, req: Request) -> Reply:
    cloud.image.metadef_tags.delete(req.caller, req.params["namespace"], req.params["name"])
    return Reply(204)


def delete_metadef_tags(cloud: Cloud, req: Request) -> Reply:
    cloud.image.metadef_tags.delete_all(req.caller, req.params["namespace"])
    return Reply(204)


def show_object(namespace_name: str, definition: Definition) -> dict[str, Any]:
    return {
        "name": definition.name,
        **definition.body,
        "created_at": show_time(definition.created_at),
        "updated_at": show_time(definition.updated_at),
        "self": f"/v2/metadefs/namespaces/{namespace_name}/objects/{definition.name}",
        "schema": "/v2/schemas/metadefs/object",
    }


def _show_property(definition: Definition) -> dict[str, Any]:
    return {"name": definition.name, **definition.body}


def _show_tag(definition: Definition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "created_at": show_time(definition.created_at),
        "updated_at": show_time(definition.updated_at),
    }


def _new(kind: DefinitionKind, body: Mapping[str, Any]) -> NewDefinition:
    for name in TOLD:
        if name in body:
            raise Forbidden("metadef.read_only", f"Attribute '{name}' is read-only.")
    return NewDefinition(kind, body["name"], {key: value for key, value in body.items() if key != "name"})


def _page(query: Query) -> Page:
    key, direction = query.get("sort_key") or "created_at", query.get("sort_dir") or "desc"
    if key not in _SORT_KEYS or direction not in ("asc", "desc"):
        raise Invalid("request.bad_sort", f"Sorted by one of {', '.join(_SORT_KEYS)}, asc or desc: not {key}.")
    return Page(read_limit(query), query.get("marker"), (SortKey(key, direction == "desc"),))
