"""Filters right where packets come in at a network device (Linux XDP), before every switch and every socket."""

from haneul.kit.xdp.devices import attach, detach, find, is_offered
from haneul.kit.xdp.instructions import Code
from haneul.kit.xdp.programs import Program, load

__all__ = ["Code", "Program", "attach", "detach", "find", "is_offered", "load"]
