"""What OVN itself would do with a packet: ovn-trace(8), which looks into the southbound database."""

from __future__ import annotations

import os
import re
import subprocess

from haneul.kit.errors import Unavailable
from haneul.services.network.driver import PacketTrace, Traced

_DEADLINE_S = 20
_TRANSPORTS = {6: "tcp", 17: "udp", 132: "sctp"}
_CLIENT_PORT = 40_000
_CT_STATES = 8
"""So many times a packet may come to connection tracking on its way: always as a new connection."""
_OUTPUT = re.compile(r'output to "([^"]+)"')
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def trace(southbound: str, packet: PacketTrace) -> Traced:
    """Raises Unavailable `network.no_trace` where OVN cannot be asked."""
    states = [word for _ in range(_CT_STATES) for word in ("--ct", "new")]
    command = ["ovn-trace", f"--db={southbound}", "--no-friendly-names", *states]
    switch = f"network-{packet.network_id}"
    try:
        done = subprocess.run(
            [*command, switch, microflow(packet)],
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
            env=os.environ | {"PATH": _PATH},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable("network.no_trace", f"ovn-trace cannot be asked: {error}.") from error
    if done.returncode != 0:
        raise Unavailable("network.no_trace", f"ovn-trace failed: {done.stderr.strip()[:300]}.")
    reached = set(_OUTPUT.findall(done.stdout))
    lines = tuple(line.rstrip() for line in done.stdout.splitlines() if line.strip())
    return Traced(bool(reached & set(packet.target_port_ids)), lines)


def microflow(packet: PacketTrace) -> str:
    """The packet in OVN's expression language; its parts are checked values of the cloud's own rows."""
    family = "ip6" if ":" in packet.target_ip else "ip4"
    parts = [
        f'inport == "{packet.port_id}"',
        f"eth.src == {packet.source_mac}",
        f"eth.dst == {packet.next_mac}",
        f"{family}.src == {packet.source_ip}",
        f"{family}.dst == {packet.target_ip}",
        "ip.ttl == 64",
    ]
    if packet.protocol in _TRANSPORTS:
        name = _TRANSPORTS[packet.protocol]
        parts += [f"{name}.src == {_CLIENT_PORT}", f"{name}.dst == {packet.number}"]
    elif packet.protocol in (1, 58):
        name, kind = ("icmp4", 8) if packet.protocol == 1 else ("icmp6", 128)
        parts += [f"{name}.type == {kind}", f"{name}.code == 0"]
    else:
        parts.append(f"ip.proto == {packet.protocol}")
    return " && ".join(parts)
