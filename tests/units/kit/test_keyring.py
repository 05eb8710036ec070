"""Keys in a folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from haneul.kit.keyring import Keyring

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_what_is_sealed_opens_again_after_a_restart(tmp_path: Path) -> None:
    sealed = Keyring(tmp_path).seal(b"secret", NOW)
    assert Keyring(tmp_path).open(sealed) == b"secret"


def test_others_keys_open_nothing(tmp_path: Path) -> None:
    sealed = Keyring(tmp_path / "one").seal(b"secret", NOW)
    assert Keyring(tmp_path / "two").open(sealed) is None
    assert Keyring(tmp_path / "two").open(b"nonsense") is None


def test_old_keys_open_for_two_rotations(tmp_path: Path) -> None:
    keys = Keyring(tmp_path)
    sealed = keys.seal(b"secret", NOW)
    for _ in range(2):
        keys.rotate()
        assert keys.open(sealed) == b"secret"
    keys.rotate()
    assert keys.open(sealed) is None
    assert len(list(tmp_path.iterdir())) == 3


def test_only_the_owner_reads_the_keys(tmp_path: Path) -> None:
    Keyring(tmp_path / "keys")
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in (tmp_path / "keys").iterdir())


def test_a_key_knows_its_age(tmp_path: Path) -> None:
    keys, now = Keyring(tmp_path), datetime.now(UTC)
    assert not keys.is_older_than(timedelta(days=30), now)
    assert keys.is_older_than(timedelta(days=30), now + timedelta(days=31))
