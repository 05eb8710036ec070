"""A user's clouds.yaml is never harmed."""

from __future__ import annotations

from pathlib import Path

import yaml

from haneul.cli import credentials

KNOWN = credentials.access("http://127.0.0.1:8800", "RegionOne", "admin-secret", "demo-secret")


def test_a_user_without_clouds_gets_them(tmp_path: Path):
    words = credentials.offer(KNOWN, tmp_path)

    path = tmp_path / ".config" / "openstack" / "clouds.yaml"
    assert "written" in words
    assert path.stat().st_mode & 0o777 == 0o600
    assert yaml.safe_load(path.read_text())["clouds"]["haneul"]["auth"]["password"] == "admin-secret"


def test_a_second_offer_changes_nothing(tmp_path: Path):
    credentials.offer(KNOWN, tmp_path)

    assert "already" in credentials.offer(KNOWN, tmp_path)


def test_somebodys_clouds_keep_their_every_line():
    theirs = "# mine\nclouds:\n    # the old one\n    work:\n        auth: {auth_url: http://x}  # keep\ncache: {}\n"

    after = credentials.merged(theirs, KNOWN)

    assert after is not None
    assert set(theirs.splitlines()) <= set(after.splitlines())
    clouds = yaml.safe_load(after)["clouds"]
    assert clouds["work"] == {"auth": {"auth_url": "http://x"}}
    assert clouds["haneul-demo"]["auth"]["username"] == "demo"


def test_somebodys_cloud_of_our_name_is_left_alone(tmp_path: Path):
    path = tmp_path / ".config" / "openstack" / "clouds.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("clouds:\n  haneul:\n    auth: {auth_url: http://elsewhere}\n")
    before = path.read_text()

    words = credentials.offer(KNOWN, tmp_path)

    assert "not added" in words
    assert path.read_text() == before


def test_a_file_that_is_not_yaml_is_left_alone():
    assert credentials.merged("clouds: [", KNOWN) is None
    assert credentials.merged("clouds: {a: {}}\n", KNOWN) is None


def test_uninstalling_takes_away_only_what_was_written(tmp_path: Path):
    credentials.offer(KNOWN, tmp_path)
    path = tmp_path / ".config" / "openstack" / "clouds.yaml"

    assert credentials.withdraw(KNOWN, tmp_path) is True
    path.write_text("clouds: {work: {}}\n")

    assert credentials.withdraw(KNOWN, tmp_path) is False
    assert path.exists()


def test_openrc_and_clouds_in_the_state_directory_are_for_its_owner_alone(tmp_path: Path):
    assert credentials.write(tmp_path, KNOWN) is True
    assert credentials.write(tmp_path, KNOWN) is False

    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert "export OS_PASSWORD=admin-secret" in (tmp_path / "openrc").read_text()
