"""Stores as an operator writes them down."""

from __future__ import annotations

from pathlib import Path

import pytest

from haneul import settings
from haneul.main.ground import image_stores

TWO = """
image_default_store = "archive"
[[image_stores]]
name = "archive"
directory = "{there}/archive"
weight = 10
description = "Slow"
[[image_stores]]
name = "local"
weight = 20
"""


def written(state: Path, text: str) -> settings.Settings:
    (state / "settings.toml").write_text(text.replace("{there}", str(state)))
    return settings.read(state, {})


def test_there_is_one_store_unless_more_are_written_down(tmp_path: Path) -> None:
    stores = image_stores(written(tmp_path, ""))
    assert (stores.names, stores.default.name, stores.default.folder) == (("local",), "local", f"{tmp_path}/images")


def test_more_stores_have_a_weight_and_one_is_the_default(tmp_path: Path) -> None:
    stores = image_stores(written(tmp_path, TWO))
    assert (stores.names, stores.default.name) == (("local", "archive"), "archive")
    assert (tmp_path / "archive" / "drafts").is_dir()


def test_the_environment_names_stores_as_json(tmp_path: Path) -> None:
    text = f'[{{"name": "fast", "directory": "{tmp_path}/fast"}}]'
    assert image_stores(settings.read(tmp_path, {"HANEUL_IMAGE_STORES": text})).names == ("fast", "local")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('image_default_store = "nowhere"', "choose from local"),
        ('[[image_stores]]\nname = "a"', "absolute path"),
        ('[[image_stores]]\nname = "a"\ndirectory = "{there}/images"', "in one directory"),
        ('[[image_stores]]\nname = "a"\ndirectory = "{there}/images/a"', "in one directory"),
        ('[[image_stores]]\nname = "a"\ndirectory = "{there}"', "in one directory"),
        ('[[image_stores]]\nname = "local"\ndirectory = "{there}/a"', "leave its directory out"),
        ('[[image_stores]]\nname = "local"\n[[image_stores]]\nname = "local"', "one name"),
        ('[[image_stores]]\nname = "../a"\ndirectory = "/a"', "settings.toml"),
    ],
)
def test_stores_that_would_harm_each_other_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(settings.SettingsError, match=said):
        image_stores(written(tmp_path, text))
