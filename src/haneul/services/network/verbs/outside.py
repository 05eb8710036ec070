"""Servers whose address outside is another than before: whoever told them of the old one is told."""

from __future__ import annotations

from collections.abc import Iterable

from haneul.services.network.model.ports import OutsideAddressChanged
from haneul.services.network.parts import Parts


def tell_of_outside(parts: Parts, port_ids: Iterable[str | None]) -> None:
    """Floating IPs lead to these ports now, or no longer do; None for those that lead nowhere."""
    wanted = {port_id for port_id in port_ids if port_id}
    ports = parts.store.ports.by_ids(wanted).values() if wanted else ()
    for server_id in {port.device_id for port in ports if port.device_owner.startswith("compute:")}:
        if server_id:
            parts.bus.publish(OutsideAddressChanged(server_id))
