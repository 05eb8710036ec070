"""Every setting is typed, explained and read once."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from haneul import settings
from haneul.cli import show_settings


def test_every_setting_is_explained():
    assert all(len(promise) > 10 for _, _, promise in settings.explained())


def test_the_environment_beats_the_operators_file_and_that_beats_what_up_found(tmp_path: Path):
    (tmp_path / "machine.toml").write_text('datapath = "netdev"\nport = 1\nregion = "Found"\n')
    (tmp_path / "settings.toml").write_text('port = 2\nregion = "Written"\n')

    known = settings.read(tmp_path, {"HANEUL_PORT": "3"})

    assert (known.datapath, known.region, known.port) == ("netdev", "Written", 3)


def test_an_unknown_setting_is_refused_by_name(tmp_path: Path):
    (tmp_path / "settings.toml").write_text("prot = 2\n")

    with pytest.raises(settings.SettingsError, match="prot"):
        settings.read(tmp_path, {})


def test_a_port_beyond_all_ports_is_refused(tmp_path: Path):
    with pytest.raises(settings.SettingsError, match="port"):
        settings.read(tmp_path, {"HANEUL_PORT": "70000"})


def test_a_file_that_is_not_toml_is_named(tmp_path: Path):
    (tmp_path / "settings.toml").write_text("port: 2\n")

    with pytest.raises(settings.SettingsError, match=r"settings\.toml"):
        settings.read(tmp_path, {})


def test_the_sockets_lie_in_the_state_directory_unless_set(tmp_path: Path):
    known = settings.read(tmp_path, {"HANEUL_OVN_SB": "tcp:10.0.0.1:6642"})

    assert known.northbound == f"unix:{tmp_path}/ovn/run/nb.sock"
    assert known.southbound == "tcp:10.0.0.1:6642"


def test_a_password_in_a_url_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "settings.toml").write_text('database_url = "postgresql+psycopg://cloud:hush@db/haneul"\n')

    show_settings.run(Namespace(state=tmp_path))

    told = capsys.readouterr().out
    assert "postgresql+psycopg://cloud:***@db/haneul" in told
    assert "hush" not in told


def test_the_environment_separates_several_words_by_spaces(tmp_path: Path):
    known = settings.read(tmp_path, {"HANEUL_IMAGE_SOURCES": "*.example.org mirror:8080", "HANEUL_DNS_SERVERS": "::1"})

    assert known.image_sources == ("*.example.org", "mirror:8080")
    assert known.dns_servers == ("::1",)
