"""Everything that pages say is there in every language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from haneul.console import languages, look, words
from haneul.console.handlers import security_groups, servers
from haneul.console.handlers.operate import hosts, quotas
from haneul.console.pages import TEMPLATES

ROOM = Path(languages.__file__).parent
OTHERS = sorted(set(languages.LANGUAGES) - {languages.ENGLISH})
_IN_TEMPLATES = re.compile(r"""\b_\((?:"([^"]+)"|'([^']+)')""")


def _said() -> set[str]:
    """Every text that a template or a handler has translated."""
    found = {a or b for file in TEMPLATES.rglob("*.html") for a, b in _IN_TEMPLATES.findall(file.read_text())}
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if name in ("say", "Gauge"):
                    found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and " " in str(arg.value)}
    tables = (
        words.STATES,
        words.VOLUME_STATES,
        words.WORK,
        words.RUN_STATES,
        hosts.HOST_STATES,
        quotas.QUOTAS,
        look.THEMES,
        servers.ACTS,
    )
    return found | set(security_groups.READY) | {text for table in tables for text in table.values()}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    assert sorted(_said() - set(languages.catalogue(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_translated_twice(language: str) -> None:
    lines = (languages.CATALOGUES / f"{language}.yaml").read_text(encoding="utf-8").splitlines()
    texts = [found[0] for line in lines if (found := re.match(r'"(?:[^"\\]|\\.)*"(?=:)', line))]
    assert len(texts) > 100
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_same_places_for_values(language: str) -> None:
    wrong = {
        text: other
        for text, other in languages.catalogue(language).items()
        if set(re.findall(r"%\((\w+)\)s", text)) != set(re.findall(r"%\((\w+)\)s", other))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "en"), ("ko", "ko"), ("en-GB,ko;q=0.9", "en"), ("fr;q=1,ko;q=0.1", "ko"), ("ko;q=0", "en"), ("ko;q=x", "en")],
)
def test_the_language_is_the_one_liked_best(accepted: str, language: str) -> None:
    assert languages.wanted_language(accepted) == language
