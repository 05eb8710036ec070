"""Images on their way to this host: each once, however many disks wait for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from haneul.agent.drivers.disk.base import Disks
from haneul.hostapi import Event, ImageSource
from haneul.kit.errors import CloudError, Unavailable

log = logging.getLogger(__name__)

ReadImage = Callable[[str, int, int], bytes]
"""(image id, offset, length) -> bytes, from the control plane."""


@dataclass
class _Fetch:
    source: ImageSource
    done_bytes: int = 0
    disk_ids: set[str] = field(default_factory=set)


class Images:
    """Fetches into `disks` in threads of its own and tells `disk_ready` of every disk that waited."""

    def __init__(self, disks: Disks, read: ReadImage, tell: Callable[[Event], None]) -> None:
        self._disks = disks
        self._read = read
        self._tell = tell
        self._lock = threading.Lock()
        self._fetches: dict[str, _Fetch] = {}
        self._errors: dict[str, CloudError] = {}
        self._threads = ThreadPoolExecutor(2, "fetch")

    def want(self, source: ImageSource, disk_id: str) -> int:
        """See to it that the image comes; answers how many bytes of it are here.

        Raises, once for each disk, what ended the last attempt: asking again begins a new one.
        """
        with self._lock:
            error = self._errors.pop(disk_id, None)
            if error is not None:
                raise error
            fetch = self._fetches.get(source.digest)
            if fetch is None:
                fetch = self._fetches[source.digest] = _Fetch(source)
                self._threads.submit(self._run, fetch)
            fetch.disk_ids.add(disk_id)
            return fetch.done_bytes

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, fetch: _Fetch) -> None:
        error = self._fetch(fetch)
        with self._lock:
            del self._fetches[fetch.source.digest]
            if error is not None:
                self._errors.update(dict.fromkeys(fetch.disk_ids, error))
        for disk_id in sorted(fetch.disk_ids):
            self._tell(Event("disk_ready", disk_id))

    def _fetch(self, fetch: _Fetch) -> CloudError | None:
        source = fetch.source

        def read(offset: int, length: int) -> bytes:
            return self._read(source.image_id, offset, length)

        def progress(done_bytes: int) -> None:
            fetch.done_bytes = done_bytes

        try:
            if not self._disks.has_base(source):
                self._disks.fetch_base(source, read, progress)
        except CloudError as refusal:
            return refusal
        except Exception as bug:
            log.exception("fetching image %s failed", source.image_id)
            return Unavailable("image.fetch_failed", f"Fetching image {source.image_id} failed: {bug}")
        return None
