"""An image is fetched by a host before a server needs it."""

from __future__ import annotations

import hashlib

from haneul.kit.errors import NotFound
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Run, workflow
from haneul.services.compute.parts import Parts

FETCH_DEADLINE_S = 3600.0
_NAME_LENGTH = 32


def waiter_of(host_id: str, image_id: str) -> str:
    """The subject of the run: one for each image on each host."""
    return hashlib.sha256(f"{host_id} {image_id}".encode()).hexdigest()[:_NAME_LENGTH]


@workflow
def cache_image(run: Run, host_id: str, image_id: str) -> None:
    # No undo: a host clears away by itself what no disk was made of for a while.
    run.wait(base_is_there, host_id, image_id, deadline_s=FETCH_DEADLINE_S)


def base_is_there(parts: Parts, host_id: str, image_id: str) -> bool:
    """Also true when host or image went away meanwhile: then there is nothing to be done."""
    if parts.store.hosts.find(host_id) is None:
        return True
    try:
        source = parts.image.images.source(INTERNAL, image_id)
    except NotFound:
        return True
    return parts.hosts.ensure_base(host_id, source, waiter_of(host_id, image_id)).is_ready
