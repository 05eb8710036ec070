"""Pages out of templates: everything that is filled in is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from haneul.console.languages import LANGUAGES, say
from haneul.console.look import THEMES
from haneul.console.visit import PREFIX, Visit, own_page
from haneul.console.words import (
    asked_by_words,
    doing_of,
    image_word,
    in_words,
    state_word,
    task_words,
    volume_word,
    whose_word,
)
from haneul.services.identity import Project

TEMPLATES = Path(__file__).parent / "templates"
_UNITS = (("%(n)s d ago", 86400), ("%(n)s h ago", 3600), ("%(n)s min ago", 60), ("%(n)s s ago", 1))
_NO_LIMIT = -1


class Pages:
    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def filled(self, template: str, visit: Visit, words: Mapping[str, Any]) -> bytes:
        """The page in UTF-8."""
        now, language = visit.rooms.clock.now(), visit.look.language
        context: dict[str, Any] = {
            "visit": visit,
            "here": PREFIX + visit.request.path,
            "own_page": own_page,
            "back_here": own_page(str(words.get("back") or PREFIX + visit.request.path)),
            "projects_of": _projects_of,
            "caller": visit.caller,
            "languages": LANGUAGES,
            "themes": THEMES,
            "_": partial(say, language),
            "ago": partial(_ago, language, now),
            "took": partial(_took, now),
            "moment": _moment,
            "gib": _gib,
            "state_word": partial(state_word, language),
            "doing": partial(doing_of, language),
            "volume_word": partial(volume_word, language),
            "image_word": partial(image_word, language),
            "whose_word": partial(whose_word, language),
            "in_words": in_words,
            "task_words": partial(task_words, language),
            "asked_by": partial(asked_by_words, language, visit.caller.user_id),
            "NO_LIMIT": _NO_LIMIT,
        }
        return self._environment.get_template(template).render(context | dict(words)).encode()


def _projects_of(visit: Visit) -> Sequence[Project]:
    """For which the caller may work, by name."""
    return sorted(visit.rooms.identity.projects.mine(visit.caller), key=lambda project: project.name)


def _ago(language: str, now: datetime, then: datetime) -> str:
    """2 h ago"""
    seconds = max(0, int((now - then).total_seconds()))
    unit, size = next((each for each in _UNITS if seconds >= each[1]), _UNITS[-1])
    return say(language, unit, n=seconds // size)


def _took(now: datetime, began: datetime, ended: datetime | None) -> str:
    """1.2 s"""
    seconds = max(0.0, ((ended or now) - began).total_seconds())
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _gib(mib: int) -> str:
    """1.5 GiB"""
    return f"{mib / 1024:.1f}".removesuffix(".0") + " GiB"
