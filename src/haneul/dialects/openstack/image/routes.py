"""Image API v2, all of it."""

from __future__ import annotations

from haneul.dialects.openstack.image import (
    data,
    images,
    imports,
    info,
    members,
    published,
    schemas,
    tags,
    versions,
)
from haneul.kit.http import Route

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
    # What it all looks like
    Route("GET", "/v2/schemas/{name}", published.show_schema),
)
