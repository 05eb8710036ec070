"""Namespaces of definitions of metadata, and the resource types that they apply to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.image.definitions import show_object
from haneul.dialects.openstack.image.filters import read_limit
from haneul.dialects.openstack.image.metadef_schemas import TOLD
from haneul.dialects.openstack.image.views import show_time
from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.http import Query, Reply, Request
from haneul.kit.paging import Page, SortKey
from haneul.services.image import (
    Association,
    DefinitionKind,
    Namespace,
    NamespaceContent,
    NamespaceFilter,
    NamespaceVisibility,
    NewAssociation,
    NewDefinition,
    NewNamespace,
)

_MAX_TYPES = 1000
_SORT_KEYS = {"created_at": "created_at", "updated_at": "updated_at", "namespace": "name", "id": "id"}


def list_namespaces(cloud: Cloud, req: Request) -> Reply:
    page = read_namespace_page(req.query)
    found = cloud.image.metadefs.list(req.caller, _filter(req.query), page)
    query = [(name, value) for name, value in req.query.items if name != "marker"]
    body: dict[str, Any] = {
        "namespaces": [
            _show(each) | ({"resource_type_associations": show_associations(of)} if of else {}) for each, of in found
        ],
        "first": _link(query),
        "schema": "/v2/schemas/metadefs/namespaces",
    }
    if found and len(found) == page.limit:
        body["next"] = _link([*query, ("marker", found[-1][0].name)])
    return Reply(200, body)


def create_namespace(cloud: Cloud, req: Request) -> Reply:
    refuse_told(req.body)
    associations = [_association(each) for each in req.body.get("resource_type_associations", ())]
    namespace = cloud.image.metadefs.create(req.caller, _namespace(req.body), associations, _definitions(req.body))
    contents = ("resource_type_associations", "properties", "objects", "tags")
    body = _show(namespace) | {name: req.body[name] for name in contents if req.body.get(name)}
    return Reply(201, body, {"location": f"{req.api_url}/v2/metadefs/namespaces/{namespace.name}"})


def show_namespace(cloud: Cloud, req: Request) -> Reply:
    namespace, content = cloud.image.metadefs.get(req.caller, req.params["namespace"])
    return Reply(200, _show(namespace) | _show_content(namespace, content, req.query.get("resource_type")))


def update_namespace(cloud: Cloud, req: Request) -> Reply:
    refuse_told(req.body)
    namespace = cloud.image.metadefs.update(req.caller, req.params["namespace"], _namespace(req.body))
    return Reply(200, _show(namespace))


def delete_namespace(cloud: Cloud, req: Request) -> Reply:
    cloud.image.metadefs.delete(req.caller, req.params["namespace"])
    return Reply(204)


def list_resource_types(cloud: Cloud, req: Request) -> Reply:
    types = [
        {"name": each.name, "created_at": show_time(each.created_at), "updated_at": show_time(each.updated_at)}
        for each in cloud.image.metadefs.list_resource_types(req.caller)
    ]
    return Reply(200, {"resource_types": types})


def list_associations(cloud: Cloud, req: Request) -> Reply:
    found = cloud.image.metadefs.list_associations(req.caller, req.params["namespace"])
    return Reply(200, {"resource_type_associations": show_associations(found)})


def create_association(cloud: Cloud, req: Request) -> Reply:
    refuse_told(req.body)
    cloud.image.metadefs.associate(req.caller, req.params["namespace"], _association(req.body))
    return Reply(201, req.body)


def delete_association(cloud: Cloud, req: Request) -> Reply:
    cloud.image.metadefs.dissociate(req.caller, req.params["namespace"], req.params["name"])
    return Reply(204)


def show_associations(found: Sequence[Association]) -> list[dict[str, Any]]:
    return [
        {"name": each.resource_type}
        | _given({"prefix": each.prefix, "properties_target": each.properties_target})
        | {"created_at": show_time(each.created_at), "updated_at": show_time(each.updated_at)}
        for each in found
    ]


def refuse_told(body: Mapping[str, Any]) -> None:
    """Forbidden for what is not the client's to say."""
    for name in TOLD:
        if name in body:
            raise Forbidden("metadef.read_only", f"Attribute '{name}' is read-only.")


def read_namespace_page(query: Query) -> Page:
    key, direction = query.get("sort_key") or "created_at", query.get("sort_dir") or "desc"
    if key not in _SORT_KEYS or direction not in ("asc", "desc"):
        raise Invalid("request.bad_sort", f"Sorted by one of {', '.join(_SORT_KEYS)}, asc or desc: not {key}.")
    return Page(read_limit(query), query.get("marker"), (SortKey(_SORT_KEYS[key], direction == "desc"),))


def _filter(query: Query) -> NamespaceFilter:
    visibility = query.get("visibility")
    if visibility and visibility not in list(NamespaceVisibility):
        raise Invalid("request.bad_filter", f"Invalid visibility value: {visibility}: use public or private.")
    types = {name for name in (query.get("resource_types") or "").split(",") if name}
    if len(types) > _MAX_TYPES:
        raise Invalid("request.bad_filter", f"Ask for {_MAX_TYPES} resource types at most at once, not {len(types)}.")
    return NamespaceFilter(NamespaceVisibility(visibility) if visibility else None, tuple(sorted(types)))


def _link(query: list[tuple[str, str]]) -> str:
    return "/v2/metadefs/namespaces" + (f"?{urlencode(query)}" if query else "")


def _namespace(body: Mapping[str, Any]) -> NewNamespace:
    return NewNamespace(
        name=body["namespace"],
        display_name=body.get("display_name"),
        description=body.get("description"),
        visibility=NamespaceVisibility(body.get("visibility", "private")),
        is_protected=body.get("protected", False),
        owner=body.get("owner"),
    )


def _association(body: Mapping[str, Any]) -> NewAssociation:
    return NewAssociation(body["name"], body.get("prefix"), body.get("properties_target"))


def _definitions(body: Mapping[str, Any]) -> list[NewDefinition]:
    objects = [
        NewDefinition(DefinitionKind.OBJECT, each["name"], {k: v for k, v in each.items() if k != "name"})
        for each in body.get("objects", ())
    ]
    properties = [
        NewDefinition(DefinitionKind.PROPERTY, name, schema) for name, schema in body.get("properties", {}).items()
    ]
    tags = [NewDefinition(DefinitionKind.TAG, each["name"]) for each in body.get("tags", ())]
    return objects + properties + tags


def _show(namespace: Namespace) -> dict[str, Any]:
    return {
        "namespace": namespace.name,
        **_given(
            {
                "display_name": namespace.display_name,
                "description": namespace.description,
                "owner": namespace.owner,
            }
        ),
        "visibility": namespace.visibility,
        "protected": namespace.is_protected,
        "created_at": show_time(namespace.created_at),
        "updated_at": show_time(namespace.updated_at),
        "self": f"/v2/metadefs/namespaces/{namespace.name}",
        "schema": "/v2/schemas/metadefs/namespace",
    }


def _show_content(namespace: Namespace, content: NamespaceContent, resource_type: str | None) -> dict[str, Any]:
    """What is in it; for a resource type its prefix stands before the name of every property."""
    prefix = next((each.prefix for each in content.associations if each.resource_type == resource_type), None) or ""
    shown: dict[str, Any] = {
        "resource_type_associations": show_associations(content.associations),
        "properties": {prefix + each.name: each.body for each in content.of(DefinitionKind.PROPERTY)},
        "objects": [_prefixed(show_object(namespace.name, each), prefix) for each in content.of(DefinitionKind.OBJECT)],
        "tags": [{"name": each.name} for each in content.of(DefinitionKind.TAG)],
    }
    return {name: value for name, value in shown.items() if value}


def _prefixed(shown: dict[str, Any], prefix: str) -> dict[str, Any]:
    properties = {prefix + name: schema for name, schema in shown.get("properties", {}).items()}
    required = [prefix + name for name in shown.get("required", ())]
    return shown | ({"properties": properties} if properties else {}) | ({"required": required} if required else {})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
