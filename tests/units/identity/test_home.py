"""The home document tells of all that is served and of nothing else."""

from __future__ import annotations

import re

from haneul.dialects.openstack.identity.home import RESOURCES, home
from haneul.dialects.openstack.identity.routes import ROUTES

NAMELESS = {
    "/",
    "/v3",
    "/v3/projects/{}/tags",
    "/v3/OS-FEDERATION/projects",
    "/v3/OS-FEDERATION/domains",
    "/v3/OS-FEDERATION/saml2/metadata",
    "/v3/auth/OS-FEDERATION/saml2",
    "/v3/auth/OS-FEDERATION/saml2/ecp",
    "/v3/auth/OS-FEDERATION/websso/{}",
    "/v3/auth/OS-FEDERATION/identity_providers/{}/protocols/{}/websso",
    "/v3/OS-INHERIT/projects/{}/users/{}/roles/inherited_to_projects",
    "/v3/OS-INHERIT/projects/{}/groups/{}/roles/inherited_to_projects",
}
"""The documents themselves, and listings for which the API has no relation or one with a newer path,
and what only says that it is not built."""


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_every_route_has_a_relation() -> None:
    served = {_shape(route.path) for route in ROUTES}
    told = {_shape("/v3" + path) for paths in RESOURCES.values() for path in paths.values()}
    assert told - served == set(), "the home document tells of what is not served"
    assert served - told == NAMELESS


def test_a_path_with_names_is_a_template() -> None:
    resources = home("/v3")["resources"]
    base = "https://docs.openstack.org/api/openstack-identity/3"
    assert resources[f"{base}/rel/users"] == {"href": "/v3/users"}
    assert resources[f"{base}/ext/OS-TRUST/1.0/rel/trust"] == {
        "href-template": "/v3/OS-TRUST/trusts/{trust_id}",
        "href-vars": {"trust_id": f"{base}/param/trust_id"},
    }
