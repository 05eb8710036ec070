"""`haneul net explain`: whether a packet would arrive, and what stops it."""

from __future__ import annotations

import argparse
from typing import Any

from haneul import settings as settings_module
from haneul.cli import rest
from haneul.cli.trouble import TroubleError


def run(args: argparse.Namespace) -> int:
    """0 if the packet would arrive, else 1."""
    settings = settings_module.read(args.state)
    if not rest.answers(settings.url):
        raise TroubleError(f"The cloud does not answer at {settings.url}: run `haneul up` first.")
    address, port = _target(args.to)
    body: dict[str, Any] = {"from": args.source, "to": address, "protocol": args.protocol}
    if port is not None:
        body["port"] = port
    told = rest.as_admin(settings).post("/haneul/v1/network/explain", body)["explanation"]
    for line in lines(told):
        print(line)
    return 0 if told["arrives"] else 1


def lines(told: dict[str, Any]) -> list[str]:
    """The answer in words."""
    said = [f"  {step}" for step in told["path"]]
    for stop in told["stops"]:
        said += [
            f"  stopped by a {stop['kind']}: {stop['where']}: {stop['reason']}",
            f"    would change it: {stop['remedy']}",
        ]
    said.append("It arrives." if told["arrives"] else "It does not arrive.")
    if told["traced"]:
        said.append(f"OVN itself says: {told['traced']}.")
    return said


def _target(text: str) -> tuple[str, int | None]:
    """10.0.0.5:80, [2001:db8::5]:80 or an address alone."""
    if text.startswith("["):
        address, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    else:
        address, port = text, ""
    if port and not port.isdigit():
        raise TroubleError(f"{port!r} is no port: write --to 10.0.0.5:80, or [2001:db8::5]:80.")
    return address, int(port) if port else None
