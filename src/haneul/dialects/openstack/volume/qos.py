"""QoS specs."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.forms import SORT_NAMES, links, next_link, page, parse_bool
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.volume import Qos


def _shown(it: Qos) -> dict[str, Any]:
    return {"id": it.id, "name": it.name, "consumer": it.consumer, "specs": dict(it.specs)}


def list_qos(cloud: Cloud, req: Request) -> Reply:
    shown = [_shown(each) for each in cloud.volume.qos.list(req.caller, page(req, SORT_NAMES))]
    return Reply(200, {"qos_specs": shown} | next_link(req, "qos_specs", shown))


def _reply(req: Request, it: Qos) -> Reply:
    return Reply(200, {"qos_specs": _shown(it), "links": links(req, "qos-specs", it.id)})


def create_qos(cloud: Cloud, req: Request) -> Reply:
    asked = dict(req.body["qos_specs"])
    name, consumer = asked.pop("name").strip(), asked.pop("consumer", "back-end")
    return _reply(req, cloud.volume.qos.create(req.caller, name, consumer, asked))


def get_qos(cloud: Cloud, req: Request) -> Reply:
    return _reply(req, cloud.volume.qos.get(req.caller, req.params["qos_id"]))


def update_qos(cloud: Cloud, req: Request) -> Reply:
    asked = dict(req.body["qos_specs"])
    consumer = asked.get("consumer")
    specs = {key: str(value) for key, value in asked.items() if key != "consumer"}
    cloud.volume.qos.update(req.caller, req.params["qos_id"], consumer, specs)
    return Reply(200, {"qos_specs": asked})


def delete_qos(cloud: Cloud, req: Request) -> Reply:
    force = parse_bool(req.query.get("force", "false"), "force")
    cloud.volume.qos.delete(req.caller, req.params["qos_id"], force=force)
    return Reply(202)


def delete_qos_keys(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.qos.remove_keys(req.caller, req.params["qos_id"], req.body["keys"])
    return Reply(202)


def list_associations(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.qos.types(req.caller, req.params["qos_id"])
    shown = [{"association_type": "volume_type", "name": kind.name, "id": kind.id} for kind in found]
    return Reply(200, {"qos_associations": shown})


def associate(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.qos.associate(req.caller, req.params["qos_id"], _type_id(req))
    return Reply(202)


def disassociate(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.qos.disassociate(req.caller, req.params["qos_id"], _type_id(req))
    return Reply(202)


def disassociate_all(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.qos.disassociate(req.caller, req.params["qos_id"], None)
    return Reply(202)


def _type_id(req: Request) -> str:
    type_id = req.query.get("vol_type_id")
    if not type_id:
        raise Invalid("qos.no_type", "Volume Type id must not be None: name it by vol_type_id.")
    return type_id
