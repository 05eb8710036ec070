"""Who asks, and what it is told."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace

from haneul.agent.journal import GuestRecord, Journal
from haneul.agent.metadata import tree
from haneul.agent.metadata.http import MetadataReply, MetadataRequest
from haneul.agent.parts import Locks

MAX_PASSWORD_BYTES = 1020
_PASSWORD_PATH = re.compile(r"/+openstack/+([^/]+)/+password/*")


def link_local(mac: str) -> str:
    """The link-local address that a card makes of its MAC (RFC 4291, appendix A)."""
    octets = bytearray(bytes.fromhex(mac.replace(":", "")))
    octets[0] ^= 2
    return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + octets[:3] + b"\xff\xfe" + octets[3:]))


class Answers:
    """Answers from the journal alone, so also while the control plane is away."""

    def __init__(self, journal: Journal, locks: Locks) -> None:
        self._journal = journal
        self._locks = locks

    def answer(self, network_id: str, request: MetadataRequest) -> MetadataReply:
        """What the guest that has the source address on that network is told; strangers are told nothing."""
        record = self.find_guest(network_id, request.source)
        if record is None:
            return MetadataReply(404, b"No guest of this host has this address on this network.\n")
        password = _PASSWORD_PATH.fullmatch(request.path)
        if password and password[1] in tree.OPENSTACK_VERSIONS:
            return self._password(record, request)
        if request.method not in ("GET", "HEAD"):
            return MetadataReply(405, b"Only GET is answered here.\n")
        found = tree.find(record.spec.metadata, request.path)
        if found is None:
            return MetadataReply(404, b"There is nothing here.\n")
        is_json = request.path.endswith(".json")
        return MetadataReply(200, found, "application/json" if is_json else "text/plain; charset=utf-8")

    def find_guest(self, network_id: str, address: str) -> GuestRecord | None:
        """Whose the address is: one of a card's own, or the link-local one that is made of its MAC.

        No other link-local address can come from a guest: port security lets none through.
        """
        plain = address.partition("%")[0]
        for record in self._journal.list():
            for nic in record.spec.nics:
                if nic.network_id == network_id and (plain in nic.fixed_ips or plain == link_local(nic.mac)):
                    return record
        return None

    def _password(self, record: GuestRecord, request: MetadataRequest) -> MetadataReply:
        """A guest posts its password once; afterwards it can be read (nova's password service)."""
        if request.method in ("GET", "HEAD"):
            return MetadataReply(200, record.password.encode())
        if request.method != "POST":
            return MetadataReply(405, b"Only GET and POST are answered here.\n")
        if len(request.body) > MAX_PASSWORD_BYTES:
            return MetadataReply(400, f"At most {MAX_PASSWORD_BYTES} bytes.\n".encode())
        with self._locks.of(record.spec.server_id):
            current = self._journal.find(record.spec.server_id)
            if current is None or current.password:
                return MetadataReply(409, b"The password is set already.\n")
            self._journal.save(replace(current, password=request.body.decode("utf-8", "replace")))
        return MetadataReply(200)
