"""`haneul net`: whether a packet would arrive and what stops it; what others wrote beside the cloud."""

from __future__ import annotations

import argparse
from typing import Any

from haneul import settings as settings_module
from haneul.cli import rest
from haneul.cli.trouble import TroubleError


def run(args: argparse.Namespace) -> int:
    """0 if the packet would arrive and nothing is foreign, else 1."""
    settings = settings_module.read(args.state)
    if not rest.answers(settings.url):
        raise TroubleError(f"The cloud does not answer at {settings.url}: run `haneul up` first.")
    admin = rest.as_admin(settings)
    return _foreign(admin) if args.verb == "foreign" else _explain(admin, args)


def _foreign(admin: rest.Rest) -> int:
    drift = admin.get("/haneul/v1/drift/network")["drift"]
    for line in foreign_lines(drift):
        print(line)
    return 1 if drift else 0


def foreign_lines(drift: list[dict[str, Any]]) -> list[str]:
    """What an answer of GET /haneul/v1/drift/network says, in words."""
    if not drift:
        return ["Nothing in OVN's northbound database is anybody else's."]
    said = []
    for each in drift:
        within = f", part of {each['within']['kind']} {each['within']['id']}" if each["within"] else ""
        said.append(f"  {each['what']} {each['id']} {each['name']}".rstrip() + within)
    return [*said, f"{len(drift)} rows are not the cloud's. {drift[0]['remedy']}"]


def _explain(admin: rest.Rest, args: argparse.Namespace) -> int:
    address, port = _target(args.to)
    body: dict[str, Any] = {"from": args.source, "to": address, "protocol": args.protocol}
    if port is not None:
        body["port"] = port
    told = admin.post("/haneul/v1/network/explain", body)["explanation"]
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
