"""Uploads whose writer is gone, and what they leave."""

from __future__ import annotations

from functools import partial

from haneul.services.image.driver import NamedStore, original_of
from haneul.services.image.parts import Parts


def end_dead_uploads(parts: Parts) -> int:
    """Queue images again whose upload has died; how many.

    On a database that one process has for itself, uploads from before its start died with the process before.
    """
    begun_before = parts.started_at if parts.db.is_sqlite else None
    now = parts.clock.now()
    dead = parts.store.images.dead_uploads(now, begun_before)
    for image in dead:
        parts.store.images.requeue(image, now)
    return len(dead)


def sweep_drafts(parts: Parts) -> int:
    """Discard drafts that no image waits for; how many.

    An image waits before its draft is begun, so a draft is looked for first and its image afterwards.
    """
    return parts.stores.total(partial(_sweep, parts))


def _sweep(parts: Parts, store: NamedStore) -> int:
    drafts = store.blobs.drafts()
    waited_for = parts.store.images.upload_ids() if drafts else frozenset()
    strays = [name for name in drafts if original_of(name) not in waited_for]
    for name in strays:
        store.blobs.discard(name)
    return len(strays)


def forget_tasks(parts: Parts) -> int:
    """Delete tasks that ended long ago; how many."""
    return parts.store.tasks.forget(parts.clock.now())
