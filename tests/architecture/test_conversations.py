"""Every route of the APIs that are spoken of in full has its place in a conversation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from haneul.dialects.openstack.api import ApiSpec
from haneul.dialects.openstack.catalog import APIS
from haneul.kit.http import Route
from tests.conversations.talk import PREFIXES, unfolded

HERE = Path(__file__).parents[1] / "conversations"
SPOKEN = ("identity", "image", "placement", "haneul")


def _asked() -> set[tuple[str, str]]:
    """(method, path) of every step, words of `for` filled in."""
    asked = set()
    for file in HERE.glob("*/*.yaml"):
        for folded in yaml.safe_load(file.read_text()):
            for words, step in unfolded(folded):
                told = re.sub(r"[$](\w+)", lambda word, words=words: str(words.get(word[1], word[0])), step["ask"])
                method, _, path = told.partition(" ")
                url = path[1:] if path.startswith("//") else PREFIXES[file.parent.name] + path
                asked.add((method, url.partition("?")[0]))
    return asked


def _pattern(spec: ApiSpec, route: Route) -> re.Pattern[str]:
    path = re.sub(r"\\{\w+(:path)?\\}", lambda part: ".+" if part[1] else "[^/]+", re.escape(spec.prefix + route.path))
    return re.compile(path + "/?")


@pytest.mark.parametrize("spec", [spec for spec in APIS if spec.name in SPOKEN], ids=lambda spec: spec.name)
def test_every_route_is_spoken_of(spec: ApiSpec) -> None:
    asked = _asked()
    silent = [
        f"{route.method} {route.path}"
        for route in spec.routes
        if not any(method == route.method and _pattern(spec, route).fullmatch(url) for method, url in asked)
    ]
    assert silent == [], f"say something of them in tests/conversations/{spec.name}"
