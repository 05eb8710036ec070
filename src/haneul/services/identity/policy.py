"""Who may do what with identity: Keystone's own rule names and defaults."""

from __future__ import annotations

from collections.abc import Mapping

_ADMIN = "rule:admin_required"
_READER = "rule:admin_required or (role:reader and system_scope:all)"
_SEES_PROJECT = (
    "(rule:admin_required) or (role:reader and system_scope:all) or "
    "(role:reader and domain_id:%(target.project.domain_id)s and not None:%(target.project.domain_id)s) or "
    "project_id:%(target.project.id)s"
)
_RUNS_PROJECT = (
    "(rule:admin_required) or "
    "(role:manager and domain_id:%(target.project.domain_id)s and not None:%(target.project.domain_id)s)"
)
_SEES_IN_DOMAIN = (
    "(rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.domain_id)s)"
)
_SEES_GROUP = (
    "(rule:admin_required) or (role:reader and system_scope:all) or "
    "(role:reader and domain_id:%(target.group.domain_id)s)"
)
_RUNS_GROUP = "(rule:admin_required) or (role:manager and domain_id:%(target.group.domain_id)s)"
_RUNS_MEMBERSHIP = (
    "(rule:admin_required) or (role:manager and domain_id:%(target.group.domain_id)s and "
    "domain_id:%(target.user.domain_id)s)"
)
_RUNS_USER = "(rule:admin_required) or (role:manager and token.domain.id:%(target.user.domain_id)s)"


def _same_domain(role: str) -> str:
    """The caller has the role on the domain of both the actor and the target of a grant."""
    pairs = (
        (actor, target)
        for actor in ("target.user.domain_id", "target.group.domain_id")
        for target in ("target.project.domain_id", "target.domain.id")
    )
    return " or ".join(f"(role:{role} and domain_id:%({a})s and domain_id:%({t})s)" for a, t in pairs)


_ROLE_IN_REACH = "(domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)"
_GRANTS = (
    f"(rule:admin_required) or ({_same_domain('admin')}) and {_ROLE_IN_REACH} or "
    f"({_same_domain('manager')}) and rule:domain_managed_target_role"
)
_OWN_CREDENTIAL = "user_id:%(target.credential.user_id)s"
_SEES_CREDENTIAL = f"(rule:admin_required) or (role:reader and system_scope:all) or {_OWN_CREDENTIAL}"
_SEES_TRUST = (
    "(rule:admin_required) or (role:reader and system_scope:all or "
    "user_id:%(target.trust.trustor_user_id)s or user_id:%(target.trust.trustee_user_id)s)"
)
_ASSIGNMENTS = (
    "(rule:admin_required) or (role:reader and system_scope:all) or "
    "(role:reader and domain_id:%(target.domain_id)s and not None:%(target.domain_id)s)"
)

_BASE = {
    "admin_required": "role:admin or is_admin:1",
    "service_role": "role:service",
    "service_or_admin": "rule:admin_required or rule:service_role",
    "owner": "user_id:%(user_id)s",
    "admin_or_owner": "rule:admin_required or rule:owner",
    "token_subject": "user_id:%(target.token.user_id)s",
    "admin_or_token_subject": "rule:admin_required or rule:token_subject",
    "service_admin_or_token_subject": "rule:service_or_admin or rule:token_subject",
    "domain_managed_target_role": (
        "'manager':%(target.role.name)s or 'member':%(target.role.name)s or 'reader':%(target.role.name)s"
    ),
}

_EVERYWHERE = {
    "get_auth_catalog": "",
    "get_auth_projects": "",
    "get_auth_domains": "",
    "get_auth_system": "",
    "list_projects_for_user": "",
    "list_domains_for_user": "",
}

_IN_ANY_SCOPE = {
    "get_region": "",
    "list_regions": "",
    "get_registered_limit": "",
    "list_registered_limits": "",
    "get_limit_model": "",
    "list_limits": "",
    "get_limit": (
        "rule:admin_required or (role:reader and system_scope:all) or "
        "(domain_id:%(target.limit.domain.id)s or domain_id:%(target.limit.project.domain_id)s) or "
        "(project_id:%(target.limit.project_id)s and not None:%(target.limit.project_id)s)"
    ),
    "get_security_compliance_domain_config": "",
    "check_token": f"{_READER} or rule:token_subject",
    "validate_token": f"{_READER} or rule:service_role or rule:token_subject",
    "revoke_token": "rule:admin_required or rule:token_subject",
    "ec2tokens_validate": "rule:service_or_admin",
    "s3tokens_validate": "rule:service_or_admin",
    "get_domain": (
        f"{_READER} or token.domain.id:%(target.domain.id)s or token.project.domain.id:%(target.domain.id)s"
    ),
    "list_domains": f"{_READER} or (role:reader and domain_id:%(target.domain.id)s)",
    "get_project": _SEES_PROJECT,
    "list_projects": _SEES_IN_DOMAIN,
    "list_user_projects": (
        "(rule:admin_required) or (role:reader and system_scope:all) or "
        "(role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(target.user.id)s"
    ),
    "create_project": _RUNS_PROJECT,
    "update_project": _RUNS_PROJECT,
    "delete_project": _RUNS_PROJECT,
    "list_project_tags": _SEES_PROJECT,
    "get_project_tag": _SEES_PROJECT,
    "update_project_tags": _RUNS_PROJECT,
    "create_project_tag": _RUNS_PROJECT,
    "delete_project_tags": _RUNS_PROJECT,
    "delete_project_tag": _RUNS_PROJECT,
    "get_user": (
        "(rule:admin_required) or (role:reader and system_scope:all) or "
        "(role:reader and token.domain.id:%(target.user.domain_id)s) or user_id:%(target.user.id)s"
    ),
    "list_users": _SEES_IN_DOMAIN,
    "create_user": _RUNS_USER,
    "update_user": _RUNS_USER,
    "delete_user": _RUNS_USER,
    "get_group": _SEES_GROUP,
    "list_groups": _SEES_GROUP,
    "list_groups_for_user": (
        "(rule:admin_required) or (role:reader and system_scope:all) or "
        "(role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(user_id)s"
    ),
    "create_group": _RUNS_GROUP,
    "update_group": _RUNS_GROUP,
    "delete_group": _RUNS_GROUP,
    "list_users_in_group": _SEES_GROUP,
    "add_user_to_group": _RUNS_MEMBERSHIP,
    "remove_user_from_group": _RUNS_MEMBERSHIP,
    "check_user_in_group": (
        "(rule:admin_required) or (role:reader and system_scope:all) or "
        "(role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s)"
    ),
    "get_role": f"({_READER}) or (role:manager and rule:domain_managed_target_role)",
    "list_roles": f"({_READER}) or (role:manager and not domain_id:None)",
    "check_grant": (
        f"(rule:admin_required) or ((role:reader and system_scope:all) or ({_same_domain('reader')}) "
        f"and {_ROLE_IN_REACH})"
    ),
    "list_grants": f"(rule:admin_required) or ((role:reader and system_scope:all) or {_same_domain('reader')})",
    "create_grant": _GRANTS,
    "revoke_grant": _GRANTS,
    "list_role_assignments": _ASSIGNMENTS,
    "list_role_assignments_for_tree": _ASSIGNMENTS,
    "get_credential": _SEES_CREDENTIAL,
    "list_credentials": _SEES_CREDENTIAL,
    "create_credential": f"(rule:admin_required) or {_OWN_CREDENTIAL}",
    "update_credential": f"(rule:admin_required) or {_OWN_CREDENTIAL}",
    "delete_credential": f"(rule:admin_required) or {_OWN_CREDENTIAL}",
    "revoke_tokens_for_user": "rule:admin_or_owner",
}

_FEDERATED = ("identity_provider", "mapping", "protocol", "service_provider", "consumer")
_POLICY_USES = ("endpoint", "service", "region_and_service")
_NOT_IN_DOMAIN_SCOPE = {
    **dict.fromkeys(
        (
            *("create_domain", "update_domain", "delete_domain"),
            *("create_region", "update_region", "delete_region"),
            *("create_service", "update_service", "delete_service"),
            *("create_endpoint", "update_endpoint", "delete_endpoint"),
            *("create_endpoint_group", "update_endpoint_group", "delete_endpoint_group"),
            *("add_endpoint_group_to_project", "remove_endpoint_group_from_project"),
            *("add_endpoint_to_project", "remove_endpoint_from_project"),
            *("create_role", "update_role", "delete_role"),
            *("create_domain_role", "update_domain_role", "delete_domain_role"),
            *("create_implied_role", "delete_implied_role"),
            *("create_system_grant_for_user", "revoke_system_grant_for_user"),
            *("create_system_grant_for_group", "revoke_system_grant_for_group"),
            *("create_registered_limits", "update_registered_limit", "delete_registered_limit"),
            *("create_limits", "update_limit", "delete_limit"),
            *("create_policy", "update_policy", "delete_policy"),
            *(f"create_policy_association_for_{what}" for what in _POLICY_USES),
            *(f"delete_policy_association_for_{what}" for what in _POLICY_USES),
            *("create_domain_config", "update_domain_config", "delete_domain_config"),
            *(f"{verb}_{noun}" for verb in ("create", "update", "delete") for noun in _FEDERATED),
        ),
        _ADMIN,
    ),
    **dict.fromkeys(
        (
            *("get_service", "list_services", "get_endpoint", "list_endpoints"),
            *("get_endpoint_group", "list_endpoint_groups", "list_projects_associated_with_endpoint_group"),
            *("list_endpoints_associated_with_endpoint_group", "get_endpoint_group_in_project"),
            *("list_endpoint_groups_for_project", "list_projects_for_endpoint"),
            *("check_endpoint_in_project", "list_endpoints_for_project"),
            *("get_domain_role", "list_domain_roles"),
            *("get_implied_role", "list_implied_roles", "list_role_inference_rules", "check_implied_role"),
            *("list_system_grants_for_user", "check_system_grant_for_user"),
            *("list_system_grants_for_group", "check_system_grant_for_group"),
            *("get_policy", "list_policies", "list_trusts"),
            *(f"check_policy_association_for_{what}" for what in _POLICY_USES),
            *("get_policy_for_endpoint", "list_endpoints_for_policy"),
            *("get_domain_config", "get_domain_config_default"),
            *(f"get_{noun}" for noun in _FEDERATED),
            *(f"list_{noun}s" for noun in _FEDERATED),
        ),
        _READER,
    ),
    "get_access_rule": "(role:reader and system_scope:all) or user_id:%(target.user.id)s",
    "list_access_rules": "(role:reader and system_scope:all) or user_id:%(target.user.id)s",
    "delete_access_rule": "(role:admin and system_scope:all) or user_id:%(target.user.id)s",
    "get_application_credential": f"({_ADMIN}) or (role:reader and system_scope:all) or rule:owner",
    "list_application_credentials": f"({_ADMIN}) or (role:reader and system_scope:all) or rule:owner",
    "delete_application_credential": "rule:admin_or_owner",
    "ec2_get_credential": _SEES_CREDENTIAL,
    "ec2_list_credentials": "(rule:admin_required) or (role:reader and system_scope:all) or rule:owner",
    "ec2_create_credential": f"(rule:admin_required) or (role:member and {_OWN_CREDENTIAL})",
    "ec2_delete_credential": f"(rule:admin_required) or (role:member and {_OWN_CREDENTIAL})",
    "list_revoke_events": "rule:service_or_admin",
    "list_trusts_for_trustor": (
        "(rule:admin_required) or (role:reader and system_scope:all or user_id:%(target.trust.trustor_user_id)s)"
    ),
    "list_trusts_for_trustee": (
        "(rule:admin_required) or (role:reader and system_scope:all or user_id:%(target.trust.trustee_user_id)s)"
    ),
    "list_roles_for_trust": _SEES_TRUST,
    "get_role_for_trust": _SEES_TRUST,
    "get_trust": _SEES_TRUST,
    "delete_trust": "rule:admin_required or user_id:%(target.trust.trustor_user_id)s",
}

_IN_PROJECT_SCOPE = {
    "create_application_credential": "user_id:%(user_id)s",
    "create_trust": "user_id:%(target.trust.trustor_user_id)s",
    **dict.fromkeys(
        (
            *("authorize_request_token", "get_access_token", "list_access_tokens", "delete_access_token"),
            *("get_access_token_role", "list_access_token_roles"),
        ),
        _ADMIN,
    ),
}


def _prefixed(rules: Mapping[str, str]) -> dict[str, str]:
    return {f"identity:{name}": rule for name, rule in rules.items()}


RULES: dict[str, str] = {
    **_BASE,
    **_prefixed(_EVERYWHERE),
    **_prefixed(_IN_ANY_SCOPE),
    **_prefixed(_NOT_IN_DOMAIN_SCOPE),
    **_prefixed(_IN_PROJECT_SCOPE),
}

SCOPES: dict[str, frozenset[str]] = {
    **dict.fromkeys(_prefixed(_NOT_IN_DOMAIN_SCOPE), frozenset({"system", "project"})),
    **dict.fromkeys(_prefixed(_IN_PROJECT_SCOPE), frozenset({"project"})),
}
"""With what kinds of token an operation can be asked for at all; an unscoped one counts as a project's."""
