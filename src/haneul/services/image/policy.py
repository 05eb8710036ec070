"""Who may do what with images: OpenStack's own rules and defaults (Glance, secure RBAC)."""

from __future__ import annotations

_ADMIN = "rule:context_is_admin"
_MEMBER = "role:member and project_id:%(project_id)s"
_READER = "role:reader and project_id:%(project_id)s"
_OPEN_TO_ALL = "'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s"
_IN_SIGHT = f"project_id:%(project_id)s or project_id:%(member_id)s or {_OPEN_TO_ALL}"

_ADMIN_OR_MEMBER = f"{_ADMIN} or ({_MEMBER})"
_ADMIN_OR_READER = f"{_ADMIN} or ({_READER})"
_DOWNLOAD = f"{_ADMIN} or (role:member and ({_IN_SIGHT}))"
_SEE_MEMBERS = f"{_ADMIN} or role:reader and (project_id:%(project_id)s or project_id:%(member_id)s)"
_SEE_NAMESPACE = f"{_ADMIN} or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))"

_METADEFS = {
    "metadef_default": "",
    "metadef_admin": _ADMIN,
    "get_metadef_namespaces": _ADMIN_OR_READER,
    **dict.fromkeys(
        (
            "get_metadef_namespace",
            "get_metadef_object",
            "get_metadef_objects",
            "list_metadef_resource_types",
            "get_metadef_resource_type",
            "get_metadef_property",
            "get_metadef_properties",
            "get_metadef_tag",
            "get_metadef_tags",
        ),
        _SEE_NAMESPACE,
    ),
    **dict.fromkeys(
        (
            "add_metadef_namespace",
            "modify_metadef_namespace",
            "delete_metadef_namespace",
            "add_metadef_object",
            "modify_metadef_object",
            "delete_metadef_object",
            "add_metadef_resource_type_association",
            "remove_metadef_resource_type_association",
            "add_metadef_property",
            "modify_metadef_property",
            "remove_metadef_property",
            "add_metadef_tag",
            "add_metadef_tags",
            "modify_metadef_tag",
            "delete_metadef_tag",
            "delete_metadef_tags",
        ),
        "rule:metadef_admin",
    ),
}

RULES: dict[str, str] = {
    "context_is_admin": "role:admin",
    "service_api": "role:service or role:admin",
    "add_image": f"{_ADMIN} or ({_MEMBER} and project_id:%(owner)s)",
    "get_image": f"{_ADMIN} or (role:reader and ({_IN_SIGHT}))",
    "get_images": _ADMIN_OR_READER,
    "modify_image": _ADMIN_OR_MEMBER,
    "delete_image": _ADMIN_OR_MEMBER,
    "publicize_image": _ADMIN,
    "communitize_image": _ADMIN_OR_MEMBER,
    "download_image": _DOWNLOAD,
    "upload_image": _ADMIN_OR_MEMBER,
    "deactivate": _ADMIN_OR_MEMBER,
    "reactivate": _ADMIN_OR_MEMBER,
    "copy_image": _ADMIN,
    "delete_image_location": _ADMIN_OR_MEMBER,
    "stores_info_detail": _ADMIN,
    "tasks_api_access": _ADMIN,
    "add_member": _ADMIN_OR_MEMBER,
    "delete_member": _ADMIN_OR_MEMBER,
    "get_member": _SEE_MEMBERS,
    "get_members": _SEE_MEMBERS,
    "modify_member": f"{_ADMIN} or (role:member and project_id:%(member_id)s)",
    **_METADEFS,
}
"""`project_id` and `owner` are the image's project, `member_id` the caller's where it is a member of the image.

The caller has been found to be in sight of the image before a rule is asked, so `shared` in a rule means
shared with the caller.
"""

SCOPES: dict[str, frozenset[str]] = dict.fromkeys(
    RULES.keys() - {"context_is_admin", "service_api", "metadef_default", "metadef_admin"}, frozenset({"project"})
)
"""Images are a project's affair: a token for the system or a domain does not do."""
