"""The whole console on one screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from haneul.console.handlers import (
    api_access,
    backups,
    floating_ips,
    images,
    keys,
    networks,
    reach,
    routers,
    security_groups,
    topology,
    volumes,
)
from haneul.console.handlers.launch import check_launch, launch, show_launch
from haneul.console.handlers.operate import (
    audit,
    checks,
    first_steps,
    flavors,
    hosts,
    projects,
    quotas,
    roles,
    runs,
    users,
)
from haneul.console.handlers.overview import show_overview, watch_overview
from haneul.console.handlers.server import open_console, show_log, show_server, watch_server
from haneul.console.handlers.servers import act_on_servers, delete_servers, list_servers, watch_servers
from haneul.console.handlers.signing_in import (
    change_look,
    choose_project,
    show_sign_in,
    sign_in,
    sign_out,
)
from haneul.console.live import Piece
from haneul.console.visit import Visit
from haneul.kit.http import Reply, Request, Route

LIVE = "/live/"
VIEWS: Mapping[str, Callable[[Visit, Request], Sequence[Piece]]] = {
    "overview": watch_overview,
    "servers": watch_servers,
    "server": watch_server,
    "topology": topology.watch_topology,
    "volumes": volumes.watch_volumes,
    "volume": volumes.watch_volume,
    "backups": backups.watch_backups,
    "image": images.watch_image,
    "run": runs.watch_run,
}
"""What of which page is kept true while it is looked at."""
PageHandler = Callable[[Visit, Request], Reply]


@dataclass(frozen=True)
class PageRoute(Route):
    """A page, or what a form does."""

    for_operators: bool = False
    """Whoever is no administrator is refused before anything is looked at; the verbs refuse them as well."""


def _asked_first(path: str, handler: PageHandler) -> tuple[PageRoute, PageRoute]:
    """The page that asks for the name of what shall go, and the form on it."""
    return PageRoute("GET", path, handler), PageRoute("POST", path, handler)


_OF_NETWORKS = (
    PageRoute("GET", "/topology", topology.show_topology),
    PageRoute("POST", "/topology/connect", topology.connect_network),
    PageRoute("GET", "/networks", networks.list_networks),
    PageRoute("POST", "/networks", networks.create_network),
    PageRoute("GET", "/networks/{network_id}", networks.show_network),
    *_asked_first("/networks/{network_id}/delete", networks.delete_network),
    PageRoute("POST", "/networks/{network_id}/subnets", networks.create_subnet),
    *_asked_first("/subnets/{subnet_id}/delete", networks.delete_subnet),
    *_asked_first("/ports/{port_id}/delete", networks.delete_port),
    PageRoute("GET", "/routers", routers.list_routers),
    PageRoute("POST", "/routers", routers.create_router),
    PageRoute("GET", "/routers/{router_id}", routers.show_router),
    *_asked_first("/routers/{router_id}/delete", routers.delete_router),
    PageRoute("POST", "/routers/{router_id}/gateway", routers.set_gateway),
    PageRoute("POST", "/routers/{router_id}/interfaces", routers.add_interface),
    PageRoute("POST", "/routers/{router_id}/interfaces/remove", routers.remove_interface),
    PageRoute("GET", "/floating-ips", floating_ips.list_floating_ips),
    PageRoute("POST", "/floating-ips", floating_ips.allocate_floating_ip),
    PageRoute("POST", "/floating-ips/lead", floating_ips.lead_floating_ip),
    PageRoute("POST", "/floating-ips/{floating_ip_id}/let-go", floating_ips.let_floating_ip_go),
    *_asked_first("/floating-ips/{floating_ip_id}/release", floating_ips.release_floating_ip),
)
_OF_SECURITY = (
    PageRoute("GET", "/security-groups", security_groups.list_security_groups),
    PageRoute("POST", "/security-groups", security_groups.create_security_group),
    PageRoute("GET", "/security-groups/{group_id}", security_groups.show_security_group),
    *_asked_first("/security-groups/{group_id}/delete", security_groups.delete_security_group),
    PageRoute("POST", "/security-groups/{group_id}/rules", security_groups.create_rule),
    PageRoute("POST", "/security-groups/{group_id}/rules/remove", security_groups.remove_rule),
    PageRoute("GET", "/reach", reach.show_reach),
)
_OF_VOLUMES = (
    PageRoute("GET", "/volumes", volumes.list_volumes),
    PageRoute("POST", "/volumes", volumes.create_volume),
    PageRoute("GET", "/volumes/{volume_id}", volumes.show_volume),
    *_asked_first("/volumes/{volume_id}/delete", volumes.delete_volume),
    PageRoute("POST", "/volumes/{volume_id}/attach", volumes.attach_volume),
    PageRoute("POST", "/volumes/{volume_id}/detach", volumes.detach_volume),
    PageRoute("POST", "/volumes/{volume_id}/extend", volumes.extend_volume),
    PageRoute("POST", "/volumes/{volume_id}/snapshots", volumes.create_snapshot),
    PageRoute("POST", "/volumes/{volume_id}/backups", volumes.create_backup),
    PageRoute("GET", "/backups", backups.list_backups),
    PageRoute("GET", "/backups/{backup_id}", backups.show_backup),
    PageRoute("POST", "/backups/{backup_id}/restore", backups.restore_backup),
    *_asked_first("/backups/{backup_id}/delete", backups.delete_backup),
    PageRoute("GET", "/snapshots", volumes.list_snapshots),
    *_asked_first("/snapshots/{snapshot_id}/delete", volumes.delete_snapshot),
)
_OF_IMAGES = (
    PageRoute("GET", "/images", images.list_images),
    PageRoute("POST", "/images", images.create_image),
    PageRoute("POST", "/images/upload", images.upload_image, raw=True),
    PageRoute("GET", "/images/{image_id}", images.show_image),
    *_asked_first("/images/{image_id}/delete", images.delete_image),
)
_OF_CLIENTS = (
    PageRoute("GET", "/keys", keys.list_keys),
    PageRoute("POST", "/keys", keys.create_key),
    *_asked_first("/keys/{name}/delete", keys.delete_key),
    PageRoute("GET", "/api", api_access.show_api_access),
    PageRoute("GET", "/api/clouds.yaml", api_access.download_clouds_yaml),
    PageRoute("GET", "/api/openrc", api_access.download_openrc),
)
_OF_OPERATORS = (
    PageRoute("GET", "/operate/runs", runs.list_runs, for_operators=True),
    PageRoute("GET", "/operate/runs/{run_id}", runs.show_run, for_operators=True),
    PageRoute("POST", "/operate/runs/{run_id}/retry", runs.retry_run, for_operators=True),
    PageRoute("POST", "/operate/runs/{run_id}/cancel", runs.cancel_run, for_operators=True),
    PageRoute("GET", "/operate/hosts", hosts.list_hosts, for_operators=True),
    PageRoute("GET", "/operate/hosts/{host_id}", hosts.show_host, for_operators=True),
    PageRoute("POST", "/operate/hosts/{host_id}/disable", hosts.disable_host, for_operators=True),
    PageRoute("POST", "/operate/hosts/{host_id}/enable", hosts.enable_host, for_operators=True),
    PageRoute("GET", "/operate/audit", audit.list_records, for_operators=True),
    PageRoute("GET", "/operate/audit/proof", audit.prove_records, for_operators=True),
    PageRoute("GET", "/operate/flavors", flavors.list_flavors, for_operators=True),
    PageRoute("POST", "/operate/flavors", flavors.create_flavor, for_operators=True),
    PageRoute("GET", "/operate/flavors/{flavor_id}", flavors.show_flavor, for_operators=True),
    PageRoute("POST", "/operate/flavors/{flavor_id}/delete", flavors.delete_flavor, for_operators=True),
    PageRoute("POST", "/operate/flavors/{flavor_id}/access/add", flavors.add_access, for_operators=True),
    PageRoute("POST", "/operate/flavors/{flavor_id}/access/remove", flavors.remove_access, for_operators=True),
    PageRoute("GET", "/operate/projects", projects.list_projects, for_operators=True),
    PageRoute("POST", "/operate/projects", projects.create_project, for_operators=True),
    PageRoute("GET", "/operate/projects/{project_id}", projects.show_project, for_operators=True),
    PageRoute("POST", "/operate/projects/{project_id}/disable", projects.disable_project, for_operators=True),
    PageRoute("POST", "/operate/projects/{project_id}/enable", projects.enable_project, for_operators=True),
    PageRoute("POST", "/operate/projects/{project_id}/quotas", quotas.set_quotas, for_operators=True),
    PageRoute("GET", "/operate/users", users.list_users, for_operators=True),
    PageRoute("POST", "/operate/users", users.create_user, for_operators=True),
    PageRoute("GET", "/operate/users/{user_id}", users.show_user, for_operators=True),
    PageRoute("POST", "/operate/users/{user_id}/password", users.set_password, for_operators=True),
    PageRoute("POST", "/operate/users/{user_id}/disable", users.disable_user, for_operators=True),
    PageRoute("POST", "/operate/users/{user_id}/enable", users.enable_user, for_operators=True),
    PageRoute("POST", "/operate/roles/give", roles.give_role, for_operators=True),
    PageRoute("POST", "/operate/roles/take", roles.take_role, for_operators=True),
    PageRoute("GET", "/operate/checks", checks.show_checks, for_operators=True),
    PageRoute("GET", "/operate/first-steps", first_steps.show_first_steps, for_operators=True),
    PageRoute("POST", "/operate/first-steps/network", first_steps.create_outside, for_operators=True),
    PageRoute("POST", "/operate/first-steps/project", first_steps.create_first_project, for_operators=True),
)


ROUTES = (
    PageRoute("GET", "/sign-in", show_sign_in, public=True),
    PageRoute("POST", "/sign-in", sign_in, public=True),
    PageRoute("POST", "/sign-out", sign_out),
    PageRoute("POST", "/look", change_look, public=True),
    PageRoute("POST", "/project", choose_project),
    PageRoute("GET", "/", show_overview),
    PageRoute("GET", "/servers", list_servers),
    PageRoute("POST", "/servers/act", act_on_servers),
    PageRoute("POST", "/servers/delete", delete_servers),
    PageRoute("GET", "/launch", show_launch),
    PageRoute("POST", "/launch", launch),
    PageRoute("POST", "/launch/check", check_launch),
    PageRoute("GET", "/servers/{server_id}", show_server),
    PageRoute("GET", "/servers/{server_id}/log", show_log),
    PageRoute("POST", "/servers/{server_id}/console", open_console),
    *_OF_NETWORKS,
    *_OF_SECURITY,
    *_OF_VOLUMES,
    *_OF_IMAGES,
    *_OF_CLIENTS,
    *_OF_OPERATORS,
)
