"""Several checksums of one stream."""

from __future__ import annotations

import hashlib
import threading

import pytest

from haneul.kit.digests import Digests, algorithm_of, hasher_of


@pytest.mark.parametrize("size", [0, 1, 1000, 1 << 20, (5 << 20) + 7])
def test_the_digests_are_those_of_the_whole(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    with Digests("sha512", "md5") as digests:
        for offset in range(0, size, 300_000):
            digests.feed(data[offset : offset + 300_000])
        found = digests.hexdigests()
    assert found == {"sha512": hashlib.sha512(data).hexdigest(), "md5": hashlib.md5(data).hexdigest()}
    assert digests.size_bytes == size


def test_no_thread_outlives_a_stream_that_is_cut_off() -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="cut off"), Digests("sha512", "md5") as digests:
        for _ in range(5):
            digests.feed(bytes(1 << 20))
        raise ValueError("cut off")
    assert threading.active_count() == before


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_an_address_tells_its_algorithm(algorithm: str) -> None:
    address = hashlib.new(algorithm, b"data").hexdigest()
    digest = hasher_of(address)
    digest.update(b"data")
    assert algorithm_of(address) == algorithm
    assert digest.hexdigest() == address


def test_what_is_no_digest_is_no_address() -> None:
    with pytest.raises(ValueError, match="not the digest"):
        algorithm_of("abc")
