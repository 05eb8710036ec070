"""How a machine becomes a host: a one-time token brings a certificate, and each certificate the next."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from haneul.agent.files import write_whole
from haneul.hostapi import MAX_MESSAGE_BYTES, SERVER_NAME, Enrolment, JoinToken
from haneul.kit import x509
from haneul.kit.errors import Conflict, Forbidden, Unavailable
from haneul.kit.peer import Command, Notice, Peer

_OPEN_S = 15


@dataclass(frozen=True)
class Identity:
    """Who this host is, as files below `folder`: agent.key, agent.crt, ca.crt."""

    folder: Path

    @property
    def is_enrolled(self) -> bool:
        return (self.folder / "ca.crt").exists()

    @property
    def host_id(self) -> str:
        certificate = (self.folder / "agent.crt").read_text()
        return x509.common_name(ssl.PEM_cert_to_DER_cert(certificate))

    def keep(self, key_pem: bytes, enrolment: Enrolment) -> None:
        """Store key and certificate; a crash in between leaves a pair that fits or none at all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        x509.write_private(self.folder / "agent.pem", key_pem + enrolment.certificate_pem.encode())
        x509.write_private(self.folder / "agent.crt", enrolment.certificate_pem.encode())
        write_whole(self.folder / "ca.crt", enrolment.ca_pem.encode())

    def is_renewal_due(self, now: datetime) -> bool:
        """True in the last third of the certificate's life."""
        certificate = (self.folder / "agent.crt").read_text()
        begin, end = x509.begins_at(certificate), x509.expires_at(certificate)
        return now > end - (end - begin) / 3

    def ends_at(self) -> str:
        """Until when the certificate is good, as ISO 8601."""
        return x509.expires_at((self.folder / "agent.crt").read_text()).isoformat()

    def tls(self) -> ssl.SSLContext:
        context = _verified((self.folder / "ca.crt").read_text())
        context.load_cert_chain(self.folder / "agent.pem")
        return context


async def join(token: JoinToken, identity: Identity, hostname: str) -> str:
    """Become a host of the cloud that gave the token; answers the host's id.

    Raises Conflict("agent.enrolled"), Forbidden("host.token_refused"), Forbidden("host.wrong_authority") when
    whoever answers at the token's address is not that cloud, and Unavailable("control.away").
    """
    if identity.is_enrolled:
        raise Conflict("agent.enrolled", f"Remove {identity.folder} first: this machine is host {identity.host_id}")
    token = await _reachable(token)
    ca_pem = await _fetch_authority(token)
    key_pem = x509.new_key()
    args = {"secret": token.secret, "hostname": hostname, "request_pem": x509.make_request(key_pem, hostname)}
    async with _dial(token.address, "/join", _verified(ca_pem)) as connection:
        answer = await ask_once(connection, "join", args)
    enrolment = msgspec.convert(answer, Enrolment)
    identity.keep(key_pem, enrolment)
    return enrolment.host_id


async def _reachable(token: JoinToken) -> JoinToken:
    """The same with the first of its addresses that answers. Raises Unavailable("control.away")."""
    addresses = token.address.split(",")
    for address in addresses[:-1]:
        one = replace(token, address=address)
        try:
            await _fetch_authority(one)
        except Unavailable:
            continue
        return one
    return replace(token, address=addresses[-1])


async def ask_once(connection: ClientConnection, op: str, args: dict[str, Any]) -> Any:
    peer = Peer(connection, _refuse, _ignore)
    reading = asyncio.create_task(peer.run())
    try:
        return await asyncio.wait_for(peer.ask(op, args), _OPEN_S)
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketException):
            await reading


async def _fetch_authority(token: JoinToken) -> str:
    """The authority's certificate: whoever sends it is not believed, only the token's fingerprint is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    async with _dial(token.address, "/ca", context) as connection:
        pem = str(await asyncio.wait_for(connection.recv(), _OPEN_S))
    try:
        is_right = x509.fingerprint(pem) == token.ca_fingerprint
    except ValueError:
        is_right = False
    if not is_right:
        message = f"Whoever answers at {token.address} is not the cloud that gave the token: check the address"
        raise Forbidden("host.wrong_authority", message)
    return pem


def _verified(ca_pem: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=ca_pem)
    return context


@contextlib.asynccontextmanager
async def _dial(address: str, path: str, context: ssl.SSLContext) -> Any:
    try:
        async with open_connection(address, path, context) as connection:
            yield connection
    except (OSError, WebSocketException, TimeoutError) as error:
        message = f"The control plane does not answer at {address}: look whether it runs ({error})"
        raise Unavailable("control.away", message) from error


def open_connection(address: str, path: str, context: ssl.SSLContext) -> connect:
    """Dial the control plane's listener for agents."""
    return connect(
        f"wss://{address}{path}",
        ssl=context,
        server_hostname=SERVER_NAME,
        max_size=MAX_MESSAGE_BYTES,
        compression=None,
        open_timeout=_OPEN_S,
        ping_interval=10,
        ping_timeout=20,
        close_timeout=2,
        proxy=None,
    )


async def _refuse(command: Command) -> None:
    raise Forbidden("agent.not_enrolled", "This machine is not a host yet")


def _ignore(notice: Notice) -> None:
    """Nothing is told to a machine that is not a host yet."""
