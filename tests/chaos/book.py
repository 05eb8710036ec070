"""What the clients asked for and what they were answered: by this the end is judged."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """A request that was accepted."""

    request_id: str
    what: str
    subject: str


@dataclass
class Book:
    """Kept by all clients together."""

    accepted: list[Asked] = field(default_factory=list)
    refused: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)
    """By what was heard instead."""
    bugs: list[str] = field(default_factory=list)
    """Answers that no cloud may give, in words."""
    created: dict[str, dict[str, str]] = field(default_factory=dict)
    """By noun: name -> id of what was accepted."""
    maybe_created: dict[str, set[str]] = field(default_factory=dict)
    """By noun: names of which nobody knows, since the answer was lost."""
    deleted: set[str] = field(default_factory=set)
    """Ids whose deletion was accepted."""
    maybe_deleted: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> str:
        heard = ", ".join(f"{count} {what}" for what, count in self.unanswered.most_common())
        return f"{len(self.accepted)} accepted, {self.refused} refused, without an answer: {heard or 'none'}"
