"""Seal tokens with a new key now and then, so that one that leaked is of no use for ever."""

from __future__ import annotations

from datetime import timedelta

from haneul.services.identity.parts import Parts


def rotate_keys(parts: Parts) -> None:
    """A new key when the present one is old; tokens are over long before their key is gone."""
    if parts.token_keys.is_older_than(timedelta(days=parts.settings.token_key_days), parts.clock.now()):
        parts.token_keys.rotate()
