"""What can be changed of a server without touching its guest: name, metadata, tags, lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from haneul.kit.errors import Forbidden, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.compute.model import NO_LIMIT, Lock, QuotaKey, Server
from haneul.services.compute.verbs.limits import effective_limits
from haneul.services.compute.verbs.servers.base import no_metadata, require_action
from haneul.services.compute.verbs.servers.reading import ReadingVerbs, ServerView

MOST_TAGS = 50


class ChangingVerbs(ReadingVerbs):
    def update(self, caller: Caller, server_id: str, changes: Mapping[str, str | None]) -> ServerView:
        """Of name, description, hostname, access_ipv4, access_ipv6 and disk_config, those given."""
        unknown = set(changes) - _CHANGEABLE
        if unknown:
            raise Invalid("server.unchangeable", f"{', '.join(sorted(unknown))} of a server cannot be changed.")
        with self._parts.db.write():
            server = self._get(caller, server_id, "servers:update")
            self._change(server, **changes)
            return self.look(caller, [self._store.get(server.id)])[0]

    def _change(self, server: Server, **values: Any) -> None:
        self._store.change(server.id, self._parts.clock.now(), **values)

    # Lock: nobody but its owner or an administrator changes the server by mistake.

    def lock(self, caller: Caller, server_id: str, reason: str | None = None) -> None:
        """An administrator's lock on somebody else's server is for an administrator to lift."""
        with self._parts.db.write():
            server = self._get(caller, server_id, "os-lock-server:lock")
            is_owner = server.project_id == caller.project_id
            self._change(server, lock=Lock(is_owner, reason))

    def unlock(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get(caller, server_id, "os-lock-server:unlock")
            if server.lock is not None and not server.lock.by_owner:
                self._allow(caller, server, "os-lock-server:unlock:unlock_override")
            self._change(server, lock=None)

    # Metadata: pairs that its owner attaches, told to the guest too.

    def set_metadata(self, caller: Caller, server_id: str, metadata: Mapping[str, str]) -> Mapping[str, str]:
        """Replace all of it."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "server-metadata:update_all")
            return self._write_metadata(server, metadata)

    def add_metadata(
        self, caller: Caller, server_id: str, metadata: Mapping[str, str], rule: str = "server-metadata:create"
    ) -> Mapping[str, str]:
        """Add these or replace those of the same keys; answers with all."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, rule)
            return self._write_metadata(server, {**server.metadata, **metadata})

    def remove_metadata(self, caller: Caller, server_id: str, key: str) -> None:
        """Raises NotFound("server.no_metadata")."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "server-metadata:delete")
            if key not in server.metadata:
                raise no_metadata(key)
            self._write_metadata(server, {name: value for name, value in server.metadata.items() if name != key})

    def _write_metadata(self, server: Server, metadata: Mapping[str, str]) -> Mapping[str, str]:
        require_action(server, "update metadata")
        limit = effective_limits(self._parts.store, server.project_id).of(QuotaKey.METADATA_ITEMS)
        if limit != NO_LIMIT and len(metadata) > limit:
            raise too_much_metadata(limit)
        self._store.set_metadata(server.id, metadata)
        self._change(server)
        return metadata

    # Tags: words by which servers are found.

    def set_tags(self, caller: Caller, server_id: str, tags: Sequence[str]) -> Sequence[str]:
        """Replace all of them."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-server-tags:update_all")
            return self._write_tags(server, tuple(dict.fromkeys(tags)))

    def add_tag(self, caller: Caller, server_id: str, tag: str) -> bool:
        """False if it was there."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-server-tags:update")
            if tag in server.tags:
                return False
            self._write_tags(server, (*server.tags, tag))
            return True

    def remove_tag(self, caller: Caller, server_id: str, tag: str) -> None:
        """Raises NotFound("server.no_tag")."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-server-tags:delete")
            if tag not in server.tags:
                raise no_tag(server_id, tag)
            self._write_tags(server, tuple(other for other in server.tags if other != tag))

    def remove_tags(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            self._write_tags(self._get_unlocked(caller, server_id, "os-server-tags:delete_all"), ())

    def _write_tags(self, server: Server, tags: Sequence[str]) -> Sequence[str]:
        require_action(server, "update tags")
        if len(tags) > MOST_TAGS:
            raise Invalid("server.too_many_tags", f"The number of tags exceeded the per-server limit {MOST_TAGS}.")
        self._store.set_tags(server.id, tags)
        self._change(server)
        return tags


_CHANGEABLE = frozenset({"name", "description", "hostname", "access_ipv4", "access_ipv6", "disk_config"})


def too_much_metadata(limit: int) -> Forbidden:
    return Forbidden("quota.metadata_items", f"Maximum number of metadata items exceeds {limit}: leave some out.")


def no_tag(server_id: str, tag: str) -> NotFound:
    return NotFound("server.no_tag", f"Server {server_id} has no tag '{tag}'.")
