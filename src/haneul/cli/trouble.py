"""The one way in which a command gives up."""

from __future__ import annotations


class TroubleError(Exception):
    """Something about this machine or this cloud stands in the way; the message says what, and what to do."""
