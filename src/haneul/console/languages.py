"""What the pages say, in the language of whoever reads them: a catalogue per language, by the English text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

CATALOGUES = Path(__file__).parent / "messages"
LANGUAGES = {"en": "English", "ko": "한국어"}
ENGLISH = "en"


@lru_cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text -> the text in this language; empty for English."""
    file = CATALOGUES / f"{language}.yaml"
    return {} if language == ENGLISH else dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def say(language: str, text: str, **values: object) -> str:
    """The text in that language with the values in the places of `%(name)s`; in English where it is not known."""
    told = catalogue(language).get(text, text)
    return told % values if values else told


def wanted_language(accepted: str) -> str:
    """The language that a header `accept-language` likes best of those that there are; English if it likes none."""
    liked = [(_weight(part), part.partition(";")[0].strip().partition("-")[0].lower()) for part in accepted.split(",")]
    known = [(weight, name) for weight, name in liked if name in LANGUAGES and weight > 0]
    return max(known, key=lambda each: each[0])[1] if known else ENGLISH


def _weight(part: str) -> float:
    _, _, told = part.partition("q=")
    try:
        return float(told) if told else 1.0
    except ValueError:
        return 0.0
