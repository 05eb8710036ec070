"""The doctor says what is wrong in sentences, each with its remedy."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from haneul import cli
from haneul.cli import doctor
from haneul.cli.doctor import cloud, resources
from haneul.cli.doctor.findings import Finding, Weight, examine
from haneul.cli.machine.daemons import Daemon, Places
from haneul.cli.machine.processes import Process
from haneul.cli.trouble import TroubleError
from haneul.settings import Settings
from tests.units.cli.programs import PROGRAMS


class NobodysKeeper:
    """Keeps daemons that are all dead."""

    def __init__(self, *names: str) -> None:
        self._names = list(names)

    def ensure(self, daemon: Daemon) -> bool:
        return False

    def stop(self, name: str) -> bool:
        return False

    def find(self, name: str) -> Process | None:
        return None

    def names(self) -> list[str]:
        return self._names

    def at_boot(self, name: str, argv: tuple[str, ...]) -> bool:
        return False

    def close(self) -> None:
        self._names = []


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    Places(tmp_path / "state").make()
    return Settings(state=tmp_path / "state", compute_driver="fake", network_driver="fake")


def weights(findings: Iterator[Finding]) -> dict[Weight, str]:
    return {finding.weight: finding.sentence for finding in findings}


def test_a_dead_daemon_is_named_with_a_remedy(settings: Settings):
    found = list(cloud.daemons(settings, NobodysKeeper("control")))

    assert found[0].weight is Weight.WRONG
    assert "control does not run" in found[0].sentence
    assert "haneul logs control" in found[0].remedy


def test_a_port_taken_by_somebody_else_is_named(settings: Settings):
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]
        taken = Settings(state=settings.state, port=port)

        found = weights(resources.ports(taken, NobodysKeeper()))

    assert str(port) in found[Weight.WRONG]


def test_a_path_too_long_for_sockets_is_refused(settings: Settings):
    long = Settings(state=Path("/" + "x" * 100))

    assert "too long" in weights(resources.paths(long, NobodysKeeper()))[Weight.WRONG]


def test_a_state_directory_that_others_can_read_is_told(settings: Settings):
    settings.state.chmod(0o755)

    assert "Others" in weights(resources.paths(settings, NobodysKeeper()))[Weight.WEAK]


@pytest.mark.parametrize(("days", "weight"), [(-1, Weight.WRONG), (3, Weight.WEAK), (300, Weight.FINE)])
def test_certificates_are_watched(settings: Settings, days: int, weight: Weight):
    folder = settings.state / "agent" / "identity"
    folder.mkdir(parents=True)
    (folder / "agent.crt").write_bytes(certificate(datetime.now(UTC) + timedelta(days=days)))

    assert list(weights(cloud.certificates(settings, NobodysKeeper()))) == [weight]


def test_an_examination_that_cannot_be_made_is_a_finding(settings: Settings):
    def look(settings, keeper):
        """The dark side of the moon."""
        raise TroubleError("no rocket")
        yield

    found = next(examine(look, settings, NobodysKeeper()))

    assert found.weight is Weight.WEAK
    assert "moon" in found.sentence
    assert "rocket" in found.sentence


def test_every_examination_says_what_it_looks_at():
    assert all(look.__doc__ for look in doctor.EXAMINATIONS)


def test_the_doctor_runs_without_root_and_without_a_cloud(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "settings.toml").write_text('compute_driver = "fake"\nnetwork_driver = "fake"\n')
    tmp_path.chmod(0o700)

    cli.main(["doctor", "--all", "--state", str(tmp_path)], PROGRAMS)

    said = capsys.readouterr().out
    assert "GiB of memory" in said
    assert "in order" in said


def certificate(until: datetime) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "host")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, until - timedelta(days=365), until)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
