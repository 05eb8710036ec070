"""Clusters of services, of which there are none, and work that a service left undone, of which there is none either.

Every host is a place of its own, and what a control plane leaves undone another takes up by itself.
"""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import NotFound
from haneul.kit.http import Reply, Request


def list_clusters(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.services.require(req.caller, "clusters:get_all")
    return Reply(200, {"clusters": []})


def get_cluster(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.services.require(req.caller, "clusters:get")
    raise _no_cluster(req.params["name"])


def update_cluster(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.services.require(req.caller, "clusters:update")
    raise _no_cluster(req.body["name"])


def clean_up_workers(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.services.require(req.caller, "workers:cleanup")
    return Reply(202, {"cleaning": [], "unavailable": []})


def _no_cluster(name: str) -> NotFound:
    return NotFound("service.no_cluster", f"Cluster {name} could not be found: services here form none.")
