from __future__ import annotations

from haneul.agent.inventory import read_cpu, read_memory

CPUINFO = """processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC
physical id\t: 0
cpu cores\t: 2
flags\t\t: fpu sse

processor\t: 1
physical id\t: 0
cpu cores\t: 2

processor\t: 2
physical id\t: 0
cpu cores\t: 2

processor\t: 3
physical id\t: 0
cpu cores\t: 2
"""


def test_the_processor_is_read() -> None:
    cpu = read_cpu(CPUINFO)

    assert (cpu.vendor, cpu.model, cpu.features) == ("AuthenticAMD", "AMD EPYC", ("fpu", "sse"))
    assert (cpu.sockets, cpu.cores, cpu.threads) == (1, 2, 2)


def test_a_machine_that_tells_little_is_still_read() -> None:
    cpu = read_cpu("processor\t: 0\n")

    assert (cpu.vendor, cpu.sockets, cpu.cores, cpu.threads) == ("unknown", 1, 1, 1)


def test_memory_is_read_in_mib() -> None:
    assert read_memory("MemTotal:    2048 kB\nHugePages_Total:   0\n") == {"MemTotal": 2}
