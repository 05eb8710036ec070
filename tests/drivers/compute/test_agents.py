"""What only the wire can do wrong: strangers, late commands, damaged images, restarts of either side."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import to_builtins
from websockets.exceptions import ConnectionClosed, WebSocketException

from haneul.agent.drivers.hypervisor.fake import FakeHypervisor
from haneul.agent.enrol import Identity, join, open_connection
from haneul.agent.server import carry_out
from haneul.hostapi import DiskSpec, Event, Power, parse_join_token
from haneul.kit import x509
from haneul.kit.clock import SystemClock
from haneul.kit.errors import CloudError, Conflict, Forbidden, Invalid, NoCapacity, Unavailable
from haneul.kit.peer import Command
from tests.drivers.compute.agents import AgentBench, AgentThread, Control
from tests.drivers.compute.bench import until
from tests.drivers.compute.specs import IMAGE, SERVER, Wanted, disk_spec, guest_spec, image_source


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[AgentBench]:
    bench = AgentBench(tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def control() -> Iterator[Control]:
    control = Control()
    yield control
    control.hosts.stop()


def hypervisor(bench: AgentBench) -> FakeHypervisor:
    found = bench.thread.agent.parts.hypervisor
    assert isinstance(found, FakeHypervisor)
    return found


def join_as(control: Control, token: str, folder: Path) -> str:
    return asyncio.run(join(parse_join_token(token), Identity(folder), "host"))


# joining


def test_a_token_is_good_once(control: Control, tmp_path: Path) -> None:
    token = control.token()
    join_as(control, token, tmp_path / "first")

    with pytest.raises(Forbidden) as refusal:
        join_as(control, token, tmp_path / "second")

    assert refusal.value.code == "host.token_refused"
    assert not (tmp_path / "second").exists()


def test_a_machine_that_is_a_host_does_not_join_again(control: Control, tmp_path: Path) -> None:
    join_as(control, control.token("one"), tmp_path)

    with pytest.raises(Conflict) as refusal:
        join_as(control, control.token("two"), tmp_path)

    assert refusal.value.code == "agent.enrolled"


def test_the_secret_is_not_told_to_somebody_else(control: Control, tmp_path: Path) -> None:
    token = parse_join_token(control.token())
    elsewhere = replace(token, ca_fingerprint="0" * 64).text()

    with pytest.raises(Forbidden) as refusal:
        join_as(control, elsewhere, tmp_path)

    assert refusal.value.code == "host.wrong_authority"
    assert control.door.secrets == {"sesame"}


def test_a_control_plane_that_is_away_says_so(tmp_path: Path) -> None:
    control = Control()
    token = control.token()
    control.hosts.stop()

    with pytest.raises(Unavailable) as refusal:
        join_as(control, token, tmp_path)

    assert refusal.value.code == "control.away"


@pytest.mark.parametrize("text", ["", "haneul1.", "haneul1.e30", "haneul1.%%%", "somebody elses token"])
def test_what_is_no_token_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match="token"):
        parse_join_token(text)


def test_the_host_keeps_its_key_to_itself(control: Control, tmp_path: Path) -> None:
    join_as(control, control.token(), tmp_path / "identity")

    assert (tmp_path / "identity" / "agent.pem").stat().st_mode & 0o777 == 0o600


# who is let in


def test_without_a_certificate_nobody_is_a_host(control: Control) -> None:
    assert close_code(control, "/agent", None) == 4403


def test_a_certificate_of_another_authority_is_refused(control: Control, tmp_path: Path) -> None:
    stranger = x509.make_authority("other", SystemClock().now())
    key = x509.new_key()
    certificate = stranger.sign_client(x509.make_request(key, "x"), "host-1", SystemClock().now())
    (tmp_path / "pair.pem").write_bytes(key + certificate.encode())

    with pytest.raises((ssl.SSLError, OSError, WebSocketException)):
        close_code(control, "/agent", tmp_path / "pair.pem")


def close_code(control: Control, path: str, pair: Path | None) -> int | None:
    """With what the control plane hangs up on whoever dials in like this."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if pair:
        context.load_cert_chain(pair)

    async def dial() -> int | None:
        async with open_connection(control.address, path, context) as connection:
            try:
                await connection.recv()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else None
        return None

    return asyncio.run(dial())


def test_a_removed_host_is_refused(agents: AgentBench) -> None:
    agents.control.door.members.clear()

    agents.hosts.forget(agents.host_id)

    until(agents, lambda: agents.hosts.connected() == ())
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:  # it calls again and again
        assert agents.hosts.connected() == ()
        agents.let_time_pass()


def test_a_host_with_anothers_name_is_refused_until_it_has_its_own(
    agents: AgentBench, caplog: pytest.LogCaptureFixture
) -> None:
    agents.thread.stop()
    until(agents, lambda: not agents.hosts.connected())
    agents.control.door.taken_names.add(socket.gethostname())

    agents.thread = AgentThread(agents.settings, agents.thread.machine)
    until(agents, lambda: "Give this machine another hostname" in caplog.text)
    assert not agents.hosts.connected()

    agents.control.door.taken_names.clear()
    agents.wait_for_host()


def test_an_agent_that_is_stopped_says_goodbye(agents: AgentBench, caplog: pytest.LogCaptureFixture) -> None:
    agents.thread.stop()
    until(agents, lambda: not agents.hosts.connected())

    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO and _of_control(record)]
    assert told == [f"host {agents.host_id} is away"]


def test_a_connection_that_breaks_off_is_worth_a_line(
    control: Control, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    join_as(control, control.token(), tmp_path)

    async def break_off() -> None:
        connection = await open_connection(control.address, "/agent", Identity(tmp_path).tls())
        await connection.ping()
        connection.transport.abort()

    asyncio.run(break_off())
    deadline = time.monotonic() + 10
    while "broke off" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.02)

    assert "broke off" in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


def _of_control(record: logging.LogRecord) -> bool:
    return record.name.startswith(("haneul.drivers", "websockets"))


def test_a_certificate_is_renewed_before_it_ends(agents: AgentBench) -> None:
    identity = Identity(agents.settings.folder / "identity")
    before = identity.host_id, (identity.folder / "agent.crt").read_text()
    now = SystemClock().now()
    assert not identity.is_renewal_due(now)
    assert identity.is_renewal_due(now + timedelta(days=70))

    link = agents.thread.agent.links.all[0]
    asyncio.run_coroutine_threadsafe(link.renew(), agents.thread.loop).result(10)

    assert identity.host_id == before[0]
    assert (identity.folder / "agent.crt").read_text() != before[1]
    agents.restart_agent()


# commands


def test_a_late_command_of_a_run_that_went_on_is_refused(agents: AgentBench) -> None:
    ask(agents, "ensure_disk", {"spec": disk_spec()}, epoch=2)

    with pytest.raises(Conflict) as refusal:
        ask(agents, "remove_disk", {"disk_id": SERVER}, epoch=1)

    assert refusal.value.code == "agent.stale_epoch"
    ask(agents, "remove_disk", {"disk_id": SERVER}, epoch=2)


def test_a_restarted_agent_still_refuses_late_commands(agents: AgentBench) -> None:
    ask(agents, "ensure_disk", {"spec": disk_spec()}, epoch=2)
    agents.restart_agent()

    with pytest.raises(Conflict):
        ask(agents, "remove_disk", {"disk_id": SERVER}, epoch=1)


@pytest.mark.parametrize(
    ("op", "args"), [("dance", {}), ("ensure_disk", {}), ("ensure_disk", {"spec": 7}), ("get_guest", {"server_id": 1})]
)
def test_a_command_that_makes_no_sense_is_refused(agents: AgentBench, op: str, args: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refusal:
        ask(agents, op, args)

    assert refusal.value.code == "agent.bad_command"


def ask(bench: AgentBench, op: str, args: dict[str, object], epoch: int = 1) -> object:
    """What the agent makes of a command on behalf of run 1."""
    return carry_out(bench.thread.agent.parts, Command(1, op, to_builtins(args), "run-1", epoch))


def test_a_hypervisor_that_is_away_says_so_and_is_asked_again(agents: AgentBench) -> None:
    hypervisor(agents).is_away = True
    with pytest.raises(Unavailable) as refusal:
        agents.hosts.get_guest(agents.host_id, SERVER)
    assert refusal.value.code == "hypervisor.away"

    hypervisor(agents).is_away = False

    assert agents.hosts.get_guest(agents.host_id, SERVER).power is Power.ABSENT


def test_a_full_disk_says_so_and_guests_can_still_be_removed(agents: AgentBench) -> None:
    agents.hosts.ensure_disk(agents.host_id, disk_spec())
    draft = agents.settings.folder / "journal" / "guests" / f"{SERVER}.json.new"
    draft.symlink_to("/dev/full")

    with pytest.raises(NoCapacity) as refusal:
        agents.hosts.ensure_guest(agents.host_id, guest_spec())

    assert refusal.value.code == "host.disk_full"
    agents.hosts.remove_guest(agents.host_id, SERVER)
    agents.hosts.remove_disk(agents.host_id, SERVER)
    assert agents.hosts.list_leftovers(agents.host_id).disks == ()


# images


def test_ten_disks_fetch_their_image_once(agents: AgentBench) -> None:
    specs = [DiskSpec(f"disk-{number}", 1, image_source()) for number in range(10)]

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda spec: agents.hosts.ensure_disk(agents.host_id, spec), specs))
    until(agents, lambda: all(agents.hosts.ensure_disk(agents.host_id, spec).is_ready for spec in specs))

    assert sorted(agents.control.reads) == [0, 1024 * 1024, 2 * 1024 * 1024]


def test_a_damaged_image_is_refused_and_can_be_asked_for_again(agents: AgentBench) -> None:
    agents.control.image = IMAGE[:-1] + b"?"
    spec = disk_spec(image=image_source())
    agents.hosts.ensure_disk(agents.host_id, spec)
    until(agents, lambda: (agents.host_id, Event("disk_ready", SERVER)) in agents.events)

    with pytest.raises(Invalid) as refusal:
        agents.hosts.ensure_disk(agents.host_id, spec)

    assert refusal.value.code == "image.damaged"
    agents.control.image = IMAGE
    until(agents, lambda: agents.hosts.ensure_disk(agents.host_id, spec).is_ready)


def test_an_image_that_the_control_plane_refuses_is_refused(agents: AgentBench) -> None:
    agents.control.refusal = CloudErrors.gone
    spec = disk_spec(image=image_source())
    agents.hosts.ensure_disk(agents.host_id, spec)

    def refused() -> str:
        try:
            agents.hosts.ensure_disk(agents.host_id, spec)
        except CloudError as refusal:
            return refusal.code
        return ""

    assert until(agents, refused) == "image.gone"


class CloudErrors:
    gone = Invalid("image.gone", "Choose another image: this one was deleted")


# restarts


def test_guests_are_remembered_over_a_restart_of_the_agent(agents: AgentBench) -> None:
    agents.hosts.ensure_disk(agents.host_id, disk_spec())
    agents.hosts.ensure_guest(agents.host_id, guest_spec())

    agents.restart_agent()

    assert agents.hosts.list_leftovers(agents.host_id).guests == (SERVER,)


def test_a_restarted_control_plane_finds_its_hosts_again(tmp_path: Path) -> None:
    bench = AgentBench(tmp_path)
    port, door, authority = bench.hosts.port, bench.control.door, bench.control.authority
    bench.hosts.stop()

    second = Control(port, authority, door)

    try:
        until(bench, second.hosts.connected, 20)
    finally:
        bench.thread.stop()
        second.hosts.stop()


def test_a_shutdown_that_was_begun_goes_on_after_a_restart(agents: AgentBench) -> None:
    agents.hosts.ensure_disk(agents.host_id, disk_spec())
    agents.hosts.ensure_guest(agents.host_id, guest_spec())
    hypervisor(agents).heeds_button = False
    report = agents.hosts.ensure_guest(agents.host_id, guest_spec(Wanted(power=Power.STOPPED, stop_timeout_s=2)))
    assert (report.power, report.is_settled) == (Power.RUNNING, False)

    agents.restart_agent()

    until(agents, lambda: agents.hosts.get_guest(agents.host_id, SERVER).power is Power.STOPPED)


# guests that take their time


def test_a_guest_that_ignores_its_power_button_is_switched_off_in_the_end(agents: AgentBench) -> None:
    agents.hosts.ensure_disk(agents.host_id, disk_spec())
    agents.hosts.ensure_guest(agents.host_id, guest_spec())
    hypervisor(agents).heeds_button = False

    report = agents.hosts.ensure_guest(agents.host_id, guest_spec(Wanted(power=Power.STOPPED, stop_timeout_s=1)))

    assert (report.power, report.is_settled) == (Power.RUNNING, False)
    until(agents, lambda: agents.hosts.get_guest(agents.host_id, SERVER).power is Power.STOPPED)
    assert agents.hosts.get_guest(agents.host_id, SERVER).is_settled


def test_a_soft_reboot_becomes_a_hard_one_when_the_guest_does_not_listen(agents: AgentBench) -> None:
    agents.hosts.ensure_disk(agents.host_id, disk_spec())
    agents.hosts.ensure_guest(agents.host_id, guest_spec())
    hypervisor(agents).heeds_button = False

    agents.hosts.ensure_guest(agents.host_id, guest_spec(Wanted(reboots=1, stop_timeout_s=1)))

    until(agents, lambda: agents.hosts.get_guest(agents.host_id, SERVER).is_settled)
    assert hypervisor(agents).starts == 2


def test_a_reboot_is_done_once_however_often_it_is_asked_for(agents: AgentBench) -> None:
    agents.hosts.ensure_disk(agents.host_id, disk_spec())
    agents.hosts.ensure_guest(agents.host_id, guest_spec())

    for _ in range(5):
        agents.hosts.ensure_guest(agents.host_id, guest_spec(Wanted(reboots=1)))
    until(agents, lambda: agents.hosts.get_guest(agents.host_id, SERVER).is_settled)

    assert hypervisor(agents).starts == 2


def test_a_guest_that_is_wanted_again_while_it_goes_off_comes_back(agents: AgentBench) -> None:
    agents.hosts.ensure_disk(agents.host_id, disk_spec())
    agents.hosts.ensure_guest(agents.host_id, guest_spec())
    hypervisor(agents).heeds_button = False
    agents.hosts.ensure_guest(agents.host_id, guest_spec(Wanted(power=Power.STOPPED, stop_timeout_s=60)))

    report = agents.hosts.ensure_guest(agents.host_id, guest_spec())
    assert not report.is_settled
    hypervisor(agents).crash(SERVER, Power.STOPPED)

    until(agents, lambda: agents.hosts.get_guest(agents.host_id, SERVER).is_settled)
    assert agents.hosts.get_guest(agents.host_id, SERVER).power is Power.RUNNING
