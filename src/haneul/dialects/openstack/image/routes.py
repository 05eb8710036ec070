"""Image API v2, all of it."""

from __future__ import annotations

from haneul.dialects.openstack.image import (
    data,
    definitions,
    images,
    imports,
    info,
    members,
    metadef_schemas,
    metadefs,
    published,
    schemas,
    tags,
    versions,
)
from haneul.kit.http import Route

_NS = "/v2/metadefs/namespaces"
_ONE = _NS + "/{namespace}"

ROUTES = (
    Route("GET", "/", versions.choose_version, public=True),
    Route("GET", "/versions", versions.list_versions, public=True),
    # Images
    Route("GET", "/v2/images", images.list_images),
    Route("POST", "/v2/images", images.create_image, schema=schemas.CREATE_IMAGE),
    Route("GET", "/v2/images/", images.show_nameless_image),
    Route("DELETE", "/v2/images/", images.show_nameless_image),
    Route("GET", "/v2/images/{image_id}", images.show_image),
    Route("PATCH", "/v2/images/{image_id}", images.update_image),
    Route("DELETE", "/v2/images/{image_id}", images.delete_image),
    Route("POST", "/v2/images/{image_id}/actions/deactivate", images.deactivate_image),
    Route("POST", "/v2/images/{image_id}/actions/reactivate", images.reactivate_image),
    # Their data
    Route("PUT", "/v2/images/{image_id}/file", data.upload_image, raw=True),
    Route("GET", "/v2/images/{image_id}/file", data.download_image),
    # Imports, and the tasks that show how they go
    Route("GET", "/v2/info/import", imports.show_import_methods),
    Route("PUT", "/v2/images/{image_id}/stage", imports.stage_image, raw=True),
    Route("POST", "/v2/images/{image_id}/import", imports.import_image, schema=schemas.IMPORT_IMAGE),
    Route("GET", "/v2/images/{image_id}/tasks", imports.list_image_tasks),
    Route("GET", "/v2/tasks", imports.list_tasks),
    Route("POST", "/v2/tasks", images.create_task, schema=schemas.CREATE_TASK),
    Route("GET", "/v2/tasks/{task_id}", imports.show_task),
    # Stores, quota, locations
    Route("GET", "/v2/info/stores", info.list_stores),
    Route("GET", "/v2/info/stores/detail", info.list_store_details),
    Route("DELETE", "/v2/stores/{store}/{image_id}", info.delete_from_store),
    Route("GET", "/v2/info/usage", info.show_usage),
    Route("POST", "/v2/images/{image_id}/locations", images.add_location),
    Route("GET", "/v2/images/{image_id}/locations", images.list_locations),
    # Whom they are shared with
    Route("GET", "/v2/images/{image_id}/members", members.list_members),
    Route("POST", "/v2/images/{image_id}/members", members.add_member, schema=schemas.ADD_MEMBER),
    Route("GET", "/v2/images/{image_id}/members/{member_id}", members.show_image_member),
    Route("PUT", "/v2/images/{image_id}/members/{member_id}", members.update_member, schema=schemas.UPDATE_MEMBER),
    Route("DELETE", "/v2/images/{image_id}/members/{member_id}", members.delete_member),
    Route("PUT", "/v2/images/{image_id}/tags/{tag}", tags.add_tag),
    Route("DELETE", "/v2/images/{image_id}/tags/{tag}", tags.delete_tag),
    # Definitions of metadata
    Route("GET", _NS, metadefs.list_namespaces),
    Route("POST", _NS, metadefs.create_namespace, schema=metadef_schemas.SAY_NAMESPACE),
    Route("GET", _ONE, metadefs.show_namespace),
    Route("PUT", _ONE, metadefs.update_namespace, schema=metadef_schemas.SAY_NAMESPACE),
    Route("DELETE", _ONE, metadefs.delete_namespace),
    Route("GET", "/v2/metadefs/resource_types", metadefs.list_resource_types),
    Route("GET", _ONE + "/resource_types", metadefs.list_associations),
    Route(
        "POST",
        _ONE + "/resource_types",
        metadefs.create_association,
        schema=metadef_schemas.SAY_RESOURCE_TYPE,
    ),
    Route("DELETE", _ONE + "/resource_types/{name}", metadefs.delete_association),
    Route("GET", _ONE + "/objects", definitions.list_objects),
    Route("POST", _ONE + "/objects", definitions.create_object, schema=metadef_schemas.SAY_OBJECT),
    Route("DELETE", _ONE + "/objects", definitions.delete_objects),
    Route("GET", _ONE + "/objects/{name}", definitions.show_one_object),
    Route("PUT", _ONE + "/objects/{name}", definitions.update_object, schema=metadef_schemas.SAY_OBJECT),
    Route("DELETE", _ONE + "/objects/{name}", definitions.delete_object),
    Route("GET", _ONE + "/properties", definitions.list_properties),
    Route("POST", _ONE + "/properties", definitions.create_property, schema=metadef_schemas.SAY_PROPERTY),
    Route("DELETE", _ONE + "/properties", definitions.delete_properties),
    Route("GET", _ONE + "/properties/{name}", definitions.show_property),
    Route(
        "PUT",
        _ONE + "/properties/{name}",
        definitions.update_property,
        schema=metadef_schemas.SAY_PROPERTY,
    ),
    Route("DELETE", _ONE + "/properties/{name}", definitions.delete_property),
    Route("GET", _ONE + "/tags", definitions.list_metadef_tags),
    Route("POST", _ONE + "/tags", definitions.create_metadef_tags, schema=metadef_schemas.SAY_TAGS),
    Route("DELETE", _ONE + "/tags", definitions.delete_metadef_tags),
    Route("GET", _ONE + "/tags/{name}", definitions.show_metadef_tag),
    Route("POST", _ONE + "/tags/{name}", definitions.create_metadef_tag),
    Route("PUT", _ONE + "/tags/{name}", definitions.update_metadef_tag, schema=metadef_schemas.SAY_TAG),
    Route("DELETE", _ONE + "/tags/{name}", definitions.delete_metadef_tag),
    # What it all looks like
    Route("GET", "/v2/schemas/{name:path}", published.show_schema),
)
