"""Settings of single domains."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request

_SECURITY = "security_compliance"


def show_domain_config(cloud: Cloud, req: Request) -> Reply:
    domain_id, group, option = _place(req)
    if group == _SECURITY:
        return Reply(200, {"config": cloud.identity.domain_configs.security(req.caller, domain_id, option)})
    return Reply(200, {"config": cloud.identity.domain_configs.get(req.caller, domain_id, group, option)})


def show_default_config(cloud: Cloud, req: Request) -> Reply:
    _, group, option = _place(req)
    return Reply(200, {"config": cloud.identity.domain_configs.defaults(req.caller, group, option)})


def replace_domain_config(cloud: Cloud, req: Request) -> Reply:
    config, is_new = cloud.identity.domain_configs.replace(req.caller, req.params["domain_id"], req.body["config"])
    return Reply(201 if is_new else 200, {"config": config})


def update_domain_config(cloud: Cloud, req: Request) -> Reply:
    domain_id, group, option = _place(req)
    config = cloud.identity.domain_configs.update(req.caller, domain_id, req.body["config"], group, option)
    return Reply(200, {"config": config})


def delete_domain_config(cloud: Cloud, req: Request) -> Reply:
    domain_id, group, option = _place(req)
    cloud.identity.domain_configs.delete(req.caller, domain_id, group, option)
    return Reply(204)


def _place(req: Request) -> tuple[str, str | None, str | None]:
    return req.params.get("domain_id", ""), req.params.get("group"), req.params.get("option")
