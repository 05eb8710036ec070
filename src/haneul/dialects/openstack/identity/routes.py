"""Identity API v3, all of it."""

from __future__ import annotations

from haneul.dialects.openstack.identity import application_credentials as lent
from haneul.dialects.openstack.identity import (
    assignments,
    auth,
    catalog,
    credentials,
    discovery,
    domains,
    federated_auth,
    grants,
    groups,
    identity_providers,
    limits,
    mappings,
    oauth1,
    policies,
    projects,
    roles,
    schemas,
    service_providers,
    trusts,
    users,
)
from haneul.dialects.openstack.identity import domain_configs as configs
from haneul.dialects.openstack.identity import endpoint_filter as filters
from haneul.kit.http import Route

_GROUP = "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}"
_CHOSEN = "/v3/OS-EP-FILTER/projects/{project_id}/endpoints/{endpoint_id}"
_ENDPOINT_FILTER = (
    Route("GET", "/v3/OS-EP-FILTER/endpoint_groups", filters.list_endpoint_groups),
    Route(
        "POST",
        "/v3/OS-EP-FILTER/endpoint_groups",
        filters.create_endpoint_group,
        schema=schemas.CREATE_ENDPOINT_GROUP,
    ),
    Route("GET", _GROUP, filters.show_endpoint_group),
    Route("PATCH", _GROUP, filters.update_endpoint_group, schema=schemas.UPDATE_ENDPOINT_GROUP),
    Route("DELETE", _GROUP, filters.delete_endpoint_group),
    Route("GET", _GROUP + "/endpoints", filters.list_group_endpoints),
    Route("GET", _GROUP + "/projects", filters.list_group_projects),
    Route("GET", _GROUP + "/projects/{project_id}", filters.show_endpoint_group_in_project),
    Route("PUT", _GROUP + "/projects/{project_id}", filters.add_endpoint_group_to_project),
    Route("DELETE", _GROUP + "/projects/{project_id}", filters.remove_endpoint_group_from_project),
    Route("GET", "/v3/OS-EP-FILTER/projects/{project_id}/endpoint_groups", filters.list_project_endpoint_groups),
    Route("GET", "/v3/OS-EP-FILTER/projects/{project_id}/endpoints", filters.list_project_endpoints),
    Route("GET", "/v3/OS-EP-FILTER/endpoints/{endpoint_id}/projects", filters.list_endpoint_projects),
    Route("GET", _CHOSEN, filters.check_endpoint_in_project),
    Route("PUT", _CHOSEN, filters.add_endpoint_to_project),
    Route("DELETE", _CHOSEN, filters.remove_endpoint_from_project),
)

_EC2 = "/v3/users/{user_id}/credentials/OS-EC2"
_LENT = "/v3/users/{user_id}/application_credentials"
_SECRETS = (
    Route("GET", "/v3/credentials", credentials.list_credentials),
    Route("POST", "/v3/credentials", credentials.create_credential, schema=schemas.CREATE_CREDENTIAL),
    Route("GET", "/v3/credentials/{credential_id}", credentials.show_credential),
    Route("PATCH", "/v3/credentials/{credential_id}", credentials.update_credential, schema=schemas.UPDATE_CREDENTIAL),
    Route("DELETE", "/v3/credentials/{credential_id}", credentials.delete_credential),
    Route("GET", _EC2, credentials.list_ec2_credentials),
    Route("POST", _EC2, credentials.create_ec2_credential, schema=schemas.CREATE_EC2_CREDENTIAL),
    Route("GET", _EC2 + "/{access}", credentials.show_ec2_credential),
    Route("DELETE", _EC2 + "/{access}", credentials.delete_ec2_credential),
    Route("POST", "/v3/ec2tokens", credentials.create_ec2_token, schema=schemas.CREATE_EC2_TOKEN),
    Route("POST", "/v3/s3tokens", credentials.create_s3_token, schema=schemas.CREATE_S3_TOKEN),
    Route("GET", _LENT, lent.list_application_credentials),
    Route("POST", _LENT, lent.create_application_credential, schema=schemas.CREATE_APPLICATION_CREDENTIAL),
    Route("GET", _LENT + "/{application_credential_id}", lent.show_application_credential),
    Route("DELETE", _LENT + "/{application_credential_id}", lent.delete_application_credential),
    Route("GET", "/v3/users/{user_id}/access_rules", lent.list_access_rules),
    Route("GET", "/v3/users/{user_id}/access_rules/{access_rule_id}", lent.show_access_rule),
    Route("DELETE", "/v3/users/{user_id}/access_rules/{access_rule_id}", lent.delete_access_rule),
)

_TRUSTS = (
    Route("GET", "/v3/OS-TRUST/trusts", trusts.list_trusts),
    Route("POST", "/v3/OS-TRUST/trusts", trusts.create_trust, schema=schemas.CREATE_TRUST),
    Route("GET", "/v3/OS-TRUST/trusts/{trust_id}", trusts.show_trust),
    Route("DELETE", "/v3/OS-TRUST/trusts/{trust_id}", trusts.delete_trust),
    Route("GET", "/v3/OS-TRUST/trusts/{trust_id}/roles", trusts.list_trust_roles),
    Route("GET", "/v3/OS-TRUST/trusts/{trust_id}/roles/{role_id}", trusts.show_trust_role),
)

_REGISTERED = "/v3/registered_limits"
_LIMITS = (
    Route("GET", _REGISTERED, limits.list_registered_limits),
    Route("POST", _REGISTERED, limits.create_registered_limits, schema=schemas.CREATE_REGISTERED_LIMITS),
    Route("GET", _REGISTERED + "/{limit_id}", limits.show_registered_limit),
    Route("PATCH", _REGISTERED + "/{limit_id}", limits.update_registered_limit, schema=schemas.UPDATE_REGISTERED_LIMIT),
    Route("DELETE", _REGISTERED + "/{limit_id}", limits.delete_registered_limit),
    Route("GET", "/v3/limits/model", limits.show_limit_model),
    Route("GET", "/v3/limits", limits.list_limits),
    Route("POST", "/v3/limits", limits.create_limits, schema=schemas.CREATE_LIMITS),
    Route("GET", "/v3/limits/{limit_id}", limits.show_limit),
    Route("PATCH", "/v3/limits/{limit_id}", limits.update_limit, schema=schemas.UPDATE_LIMIT),
    Route("DELETE", "/v3/limits/{limit_id}", limits.delete_limit),
)

_CONFIG = "/v3/domains/{domain_id}/config"
_DOMAIN_CONFIGS = (
    Route("PUT", _CONFIG, configs.replace_domain_config, schema=schemas.REPLACE_DOMAIN_CONFIG),
    *(
        route
        for path in (_CONFIG, _CONFIG + "/{group}", _CONFIG + "/{group}/{option}")
        for route in (
            Route("GET", path, configs.show_domain_config),
            Route("PATCH", path, configs.update_domain_config, schema=schemas.UPDATE_DOMAIN_CONFIG),
            Route("DELETE", path, configs.delete_domain_config),
        )
    ),
    Route("GET", "/v3/domains/config/default", configs.show_default_config),
    Route("GET", "/v3/domains/config/{group}/default", configs.show_default_config),
    Route("GET", "/v3/domains/config/{group}/{option}/default", configs.show_default_config),
)

_USES = "/v3/policies/{policy_id}/OS-ENDPOINT-POLICY"
_POLICY_USES = (
    Route("GET", _USES + "/endpoints", policies.list_policy_endpoints),
    Route("GET", "/v3/endpoints/{endpoint_id}/OS-ENDPOINT-POLICY/policy", policies.show_endpoint_policy),
    *(
        route
        for path in ("/endpoints/{endpoint_id}", "/services/{service_id}", "/services/{service_id}/regions/{region_id}")
        for route in (
            Route("GET", _USES + path, policies.check_policy_association),
            Route("PUT", _USES + path, policies.associate_policy),
            Route("DELETE", _USES + path, policies.dissociate_policy),
        )
    ),
)

ROUTES = (
    Route("GET", "/", discovery.list_versions, public=True),
    Route("GET", "/v3", discovery.show_version, public=True),
    # Tokens
    Route("POST", "/v3/auth/tokens", auth.create_token, schema=schemas.CREATE_TOKEN, public=True),
    Route("GET", "/v3/auth/tokens", auth.show_token),
    Route("DELETE", "/v3/auth/tokens", auth.revoke_token),
    Route("GET", "/v3/auth/catalog", auth.show_catalog),
    Route("GET", "/v3/auth/projects", auth.list_auth_projects),
    Route("GET", "/v3/auth/domains", auth.list_auth_domains),
    Route("GET", "/v3/auth/system", auth.show_auth_system),
    Route("GET", "/v3/OS-FEDERATION/projects", auth.list_auth_projects),
    Route("GET", "/v3/OS-FEDERATION/domains", auth.list_auth_domains),
    # Domains
    Route("GET", "/v3/domains", domains.list_domains),
    Route("POST", "/v3/domains", domains.create_domain, schema=schemas.CREATE_DOMAIN),
    Route("GET", "/v3/domains/{domain_id}", domains.show_domain),
    Route("PATCH", "/v3/domains/{domain_id}", domains.update_domain, schema=schemas.UPDATE_DOMAIN),
    Route("DELETE", "/v3/domains/{domain_id}", domains.delete_domain),
    # Projects
    Route("GET", "/v3/projects", projects.list_projects),
    Route("POST", "/v3/projects", projects.create_project, schema=schemas.CREATE_PROJECT),
    Route("GET", "/v3/projects/{project_id}", projects.show_project),
    Route("PATCH", "/v3/projects/{project_id}", projects.update_project, schema=schemas.UPDATE_PROJECT),
    Route("DELETE", "/v3/projects/{project_id}", projects.delete_project),
    Route("GET", "/v3/projects/{project_id}/tags", projects.list_project_tags),
    Route("PUT", "/v3/projects/{project_id}/tags", projects.update_project_tags, schema=schemas.UPDATE_PROJECT_TAGS),
    Route("DELETE", "/v3/projects/{project_id}/tags", projects.delete_project_tags),
    Route("GET", "/v3/projects/{project_id}/tags/{tag}", projects.show_project_tag),
    Route("PUT", "/v3/projects/{project_id}/tags/{tag}", projects.create_project_tag),
    Route("DELETE", "/v3/projects/{project_id}/tags/{tag}", projects.delete_project_tag),
    # Users
    Route("GET", "/v3/users", users.list_users),
    Route("POST", "/v3/users", users.create_user, schema=schemas.CREATE_USER),
    Route("GET", "/v3/users/{user_id}", users.show_user),
    Route("PATCH", "/v3/users/{user_id}", users.update_user, schema=schemas.UPDATE_USER),
    Route("DELETE", "/v3/users/{user_id}", users.delete_user),
    Route("POST", "/v3/users/{user_id}/password", users.change_password, schema=schemas.CHANGE_PASSWORD, public=True),
    Route("GET", "/v3/users/{user_id}/projects", projects.list_user_projects),
    Route("GET", "/v3/users/{user_id}/groups", groups.list_user_groups),
    # Groups
    Route("GET", "/v3/groups", groups.list_groups),
    Route("POST", "/v3/groups", groups.create_group, schema=schemas.CREATE_GROUP),
    Route("GET", "/v3/groups/{group_id}", groups.show_group),
    Route("PATCH", "/v3/groups/{group_id}", groups.update_group, schema=schemas.UPDATE_GROUP),
    Route("DELETE", "/v3/groups/{group_id}", groups.delete_group),
    Route("GET", "/v3/groups/{group_id}/users", groups.list_group_users),
    Route("GET", "/v3/groups/{group_id}/users/{user_id}", groups.check_group_user),
    Route("PUT", "/v3/groups/{group_id}/users/{user_id}", groups.add_group_user),
    Route("DELETE", "/v3/groups/{group_id}/users/{user_id}", groups.remove_group_user),
    # Roles
    Route("GET", "/v3/roles", roles.list_roles),
    Route("POST", "/v3/roles", roles.create_role, schema=schemas.CREATE_ROLE),
    Route("GET", "/v3/roles/{role_id}", roles.show_role),
    Route("PATCH", "/v3/roles/{role_id}", roles.update_role, schema=schemas.UPDATE_ROLE),
    Route("DELETE", "/v3/roles/{role_id}", roles.delete_role),
    Route("GET", "/v3/role_inferences", roles.list_role_inferences),
    Route("GET", "/v3/roles/{prior_role_id}/implies", roles.list_implied_roles),
    Route("GET", "/v3/roles/{prior_role_id}/implies/{implied_role_id}", roles.show_implied_role),
    Route("PUT", "/v3/roles/{prior_role_id}/implies/{implied_role_id}", roles.create_implied_role),
    Route("DELETE", "/v3/roles/{prior_role_id}/implies/{implied_role_id}", roles.delete_implied_role),
    # Roles given
    Route("GET", "/v3/role_assignments", assignments.list_role_assignments),
    *grants.ROUTES,
    # Catalogue
    Route("GET", "/v3/regions", catalog.list_regions),
    Route("POST", "/v3/regions", catalog.create_region, schema=schemas.CREATE_REGION),
    Route("GET", "/v3/regions/{region_id}", catalog.show_region),
    Route("PUT", "/v3/regions/{region_id}", catalog.create_region, schema=schemas.CREATE_REGION),
    Route("PATCH", "/v3/regions/{region_id}", catalog.update_region, schema=schemas.UPDATE_REGION),
    Route("DELETE", "/v3/regions/{region_id}", catalog.delete_region),
    Route("GET", "/v3/services", catalog.list_services),
    Route("POST", "/v3/services", catalog.create_service, schema=schemas.CREATE_SERVICE),
    Route("GET", "/v3/services/{service_id}", catalog.show_service),
    Route("PATCH", "/v3/services/{service_id}", catalog.update_service, schema=schemas.UPDATE_SERVICE),
    Route("DELETE", "/v3/services/{service_id}", catalog.delete_service),
    Route("GET", "/v3/endpoints", catalog.list_endpoints),
    Route("POST", "/v3/endpoints", catalog.create_endpoint, schema=schemas.CREATE_ENDPOINT),
    Route("GET", "/v3/endpoints/{endpoint_id}", catalog.show_endpoint),
    Route("PATCH", "/v3/endpoints/{endpoint_id}", catalog.update_endpoint, schema=schemas.UPDATE_ENDPOINT),
    Route("DELETE", "/v3/endpoints/{endpoint_id}", catalog.delete_endpoint),
    *_ENDPOINT_FILTER,
    *_SECRETS,
    *_TRUSTS,
    *federated_auth.ROUTES,
    *identity_providers.ROUTES,
    *mappings.ROUTES,
    *service_providers.ROUTES,
    *oauth1.ROUTES,
    *_LIMITS,
    *_DOMAIN_CONFIGS,
    *_POLICY_USES,
    Route("GET", "/v3/policies", policies.list_policies),
    Route("POST", "/v3/policies", policies.create_policy, schema=schemas.CREATE_POLICY),
    Route("GET", "/v3/policies/{policy_id}", policies.show_policy),
    Route("PATCH", "/v3/policies/{policy_id}", policies.update_policy, schema=schemas.UPDATE_POLICY),
    Route("DELETE", "/v3/policies/{policy_id}", policies.delete_policy),
)
"""Identity API v3: tokens, who exists, what they may do, where the APIs are."""
