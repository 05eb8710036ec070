"""How a browser wants the pages: in which language, light or dark."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.console.languages import LANGUAGES, wanted_language

THEMES = {"auto": "As the browser is set", "light": "Light", "dark": "Dark"}


@dataclass(frozen=True)
class Look:
    language: str = "en"
    theme: str = "auto"
    """auto: as the browser is set."""

    @property
    def text(self) -> str:
        return f"{self.language}.{self.theme}"


def look_of(kept: str, accepted: str) -> Look:
    """As was chosen before; else in the language that the browser likes best."""
    language, _, theme = kept.partition(".")
    return chosen(Look(wanted_language(accepted)), language, theme)


def chosen(look: Look, language: str, theme: str) -> Look:
    """The look with what is changed; what there is not changes nothing."""
    return Look(
        language if language in LANGUAGES else look.language,
        theme if theme in THEMES else look.theme,
    )
