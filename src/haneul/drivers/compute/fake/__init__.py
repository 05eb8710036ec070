"""Hosts that exist only in memory: for tests, demonstrations and load tests."""

from haneul.drivers.compute.fake.hosts import FakeHosts
from haneul.drivers.compute.fake.world import FakeVolume, FakeWorld, fake_host_id

__all__ = ["FakeHosts", "FakeVolume", "FakeWorld", "fake_host_id"]
