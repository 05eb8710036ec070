"""Agents and control planes are upgraded one after the other: what one release writes, the other reads."""

from __future__ import annotations

import msgspec

from haneul.hostapi import ImageSource

AS_ONCE_WRITTEN = {"image_id": "tiny", "sha512": "abc", "size_bytes": 3, "disk_format": "qcow2"}


def test_an_image_is_named_as_agents_and_journals_have_always_known_it() -> None:
    source = msgspec.convert(AS_ONCE_WRITTEN, ImageSource)

    assert source.digest == "abc"
    assert msgspec.to_builtins(source) == AS_ONCE_WRITTEN
