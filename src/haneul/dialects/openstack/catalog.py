"""The APIs that are served, one row each."""

from __future__ import annotations

from haneul.dialects.openstack import errors
from haneul.dialects.openstack.api import ApiSpec
from haneul.dialects.openstack.compute.routes import ROUTES as COMPUTE_ROUTES
from haneul.dialects.openstack.compute.versions import LADDER as COMPUTE_LADDER
from haneul.dialects.openstack.hosts.routes import HOST_ROUTES
from haneul.dialects.openstack.identity.routes import ROUTES as IDENTITY_ROUTES
from haneul.dialects.openstack.image.routes import ROUTES as IMAGE_ROUTES
from haneul.dialects.openstack.network.routes import ROUTES as NETWORK_ROUTES
from haneul.dialects.openstack.placement.routes import ROUTES as PLACEMENT_ROUTES
from haneul.dialects.openstack.placement.versions import LADDER as PLACEMENT_LADDER
from haneul.dialects.openstack.volume.routes import ROUTES as VOLUME_ROUTES
from haneul.dialects.openstack.volume.versions import LADDER as VOLUME_LADDER

APIS = (
    ApiSpec("identity", "/identity", IDENTITY_ROUTES, errors.IDENTITY, extra_headers={"vary": "X-Auth-Token"}),
    ApiSpec("image", "/image", IMAGE_ROUTES, errors.IMAGE),
    ApiSpec("placement", "/placement", PLACEMENT_ROUTES, errors.PLACEMENT, PLACEMENT_LADDER, is_strict=True),
    ApiSpec("network", "/network", NETWORK_ROUTES, errors.NETWORK),
    ApiSpec(
        "compute",
        "/compute",
        COMPUTE_ROUTES,
        errors.COMPUTE,
        COMPUTE_LADDER,
        version_headers=("openstack-api-version", "x-openstack-nova-api-version"),
        request_id_headers=("x-openstack-request-id", "x-compute-request-id"),
    ),
    ApiSpec(
        "volume",
        "/volume",
        VOLUME_ROUTES,
        errors.VOLUME,
        VOLUME_LADDER,
        request_id_headers=("x-openstack-request-id", "x-compute-request-id"),
    ),
    ApiSpec("haneul", "/haneul/v1", HOST_ROUTES, errors.HANEUL),
)
