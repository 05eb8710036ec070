"""`haneul drift`: what differs between what is written and the world, and what will be done about it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping

from haneul import settings as settings_module
from haneul.cli.rest import Json, Rest, as_admin

_LINE = "  {kind:9}  {what:14}  {id:36}  {where}  {name}"
_WORDS = {"left_over": "left over"}


def run(args: argparse.Namespace) -> int:
    """0 if nothing differs and everything was seen, else 1."""
    admin = as_admin(settings_module.read(args.state))
    told = admin.get("/haneul/v1/drift")
    print(json.dumps(told, indent=2) if args.json else "\n".join(lines(told, _hosts(admin, told))))
    return 1 if told["drift"] or told["unseen"] else 0


def _hosts(admin: Rest, told: Json) -> Mapping[str, str]:
    """Hosts' names by id; not asked for where none is spoken of."""
    if not any(each["host_id"] for each in (*told["drift"], *told["unseen"])):
        return {}
    return {host["id"]: host["name"] for host in admin.get("/haneul/v1/hosts")["hosts"]}


def lines(told: Json, names: Mapping[str, str]) -> Iterator[str]:
    """The answer in words: what differs, what is done about it below, and what could not be looked at."""
    for each in told["drift"]:
        kind = _WORDS.get(each["kind"], each["kind"])
        shown = _LINE.format(kind=kind, what=each["what"], id=each["id"], where=_where(each, names), name=each["name"])
        yield shown.rstrip()
        yield f"             {_outlook(each)}"
    for each in told["unseen"]:
        what = f"{_where(each, names)} ({each['service']})"
        yield f"  not seen   {what}: {each['reason']} Nothing is said of it, and nothing there is removed."
    if told["drift"]:
        mended = sum(each["loop"] is not None for each in told["drift"])
        yield f"{len(told['drift'])} things differ; {mended} of them are mended by the cloud itself."
    else:
        yield "Nothing differs in what could be seen." if told["unseen"] else "Nothing differs."


def _where(each: Json, names: Mapping[str, str]) -> str:
    """The host's name, or the service where it is about none."""
    host_id = each["host_id"]
    return names.get(host_id, host_id) if host_id else str(each["service"])


def _outlook(each: Json) -> str:
    """Who mends it and by when, or what an operator can do."""
    if each["loop"] is None:
        return str(each["remedy"])
    return f"{each['remedy']} By {each['loop']}, until {each['mended_by'][11:19]} UTC."
