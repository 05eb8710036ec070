"""What goes with a project."""

from __future__ import annotations

from haneul.services.network.driver import Kind
from haneul.services.network.model.listing import Filter, Listing
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.new_ports import NewPorts


def forget_project(parts: Parts, project_id: str) -> None:
    """A project is gone: so are its quotas, the groups that no port is in, and floating IPs that lead nowhere.

    Networks, ports and routers stay until an administrator deletes them: somebody may still use them.
    """
    own = Listing(Filter({"project_id": (project_id,)}))
    with parts.db.write():
        parts.store.quotas.forget(project_id)
        for floating in parts.store.floating_ips.page(own):
            if floating.port_id is None:
                parts.store.floating_ips.remove(floating.id)
                if (port := parts.store.ports.find(floating.own_port_id)) is not None:
                    NewPorts(parts).drop(port)
        for group in parts.store.security_groups.page(own):
            if not parts.store.security_groups.is_used(group.id):
                parts.store.security_groups.remove(group.id)
                parts.changed(Kind.SECURITY_GROUP, [group.id])
