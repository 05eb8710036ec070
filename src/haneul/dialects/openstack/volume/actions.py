"""Actions: a body with one key, which says what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.schemas import Schema
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request, Validators
from haneul.kit.http.ladder import Version

_VALIDATORS = Validators()
_ANY: Schema = {}


@dataclass(frozen=True)
class Action:
    """What is done for a key of the body, and what it holds."""

    fn: Callable[[Cloud, Request], Reply]
    schema: Schema | None = None
    since: str = "3.0"


def dispatch(actions: Mapping[str, Action], cloud: Cloud, req: Request) -> Reply:
    """Raises Invalid("request.no_such_action"), NotFound for one that is newer than the version asked for."""
    name = next(iter(req.body), "")
    wanted = actions.get(name)
    if wanted is None:
        raise Invalid("request.no_such_action", f"There is no such action: {name}. Name one that is documented.")
    if req.version < Version.parse(wanted.since):
        raise NotFound("request.no_resource", f"The action {name} exists from version {wanted.since} on only.")
    schema = {"type": "object", "properties": {name: wanted.schema or _ANY}, "additionalProperties": False}
    _VALIDATORS.check((wanted.fn.__name__, name), schema, req.body)
    return wanted.fn(cloud, req)
