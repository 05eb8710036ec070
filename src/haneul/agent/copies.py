"""Volumes on their way to being filled: what takes long goes on after the command was answered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from haneul.hostapi import Event, VolumePlace
from haneul.kit.errors import CloudError, Unavailable

log = logging.getLogger(__name__)


class Copies:
    """Fills volumes in threads of its own and tells `volume_ready` of each."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._under_way: set[VolumePlace] = set()
        self._ended: dict[VolumePlace, CloudError | None] = {}
        self._threads = ThreadPoolExecutor(2, "copy")

    def is_under_way(self, place: VolumePlace) -> bool:
        with self._lock:
            return place in self._under_way

    def want(self, place: VolumePlace, fill: Callable[[], None]) -> bool:
        """See to it that `fill` is done; True, once, when it was. Raises, once, what ended it."""
        with self._lock:
            if place in self._ended:
                error = self._ended.pop(place)
                if error is not None:
                    raise error
                return True
            if place not in self._under_way:
                self._under_way.add(place)
                self._threads.submit(self._run, place, fill)
            return False

    def forget(self, place: VolumePlace) -> None:
        """How it ended does not matter any more."""
        with self._lock:
            self._ended.pop(place, None)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, place: VolumePlace, fill: Callable[[], None]) -> None:
        error: CloudError | None = None
        try:
            fill()
        except CloudError as refusal:
            error = refusal
        except Exception as bug:
            log.exception("filling volume %s failed", place.volume_id)
            error = Unavailable("volume.copy_failed", f"Filling volume {place.volume_id} failed: {bug}")
        with self._lock:
            self._under_way.discard(place)
            self._ended[place] = error
        self._tell(Event("volume_ready", place.volume_id))
