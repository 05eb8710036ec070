"""`haneul runs`: the cloud's long work, piece by piece."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from haneul import settings as settings_module
from haneul.cli.rest import Json, Rest, as_admin

_LINE = "  {id:36}  {created_at:19}  {state:10}  {kind:24}  {subject}"


def run(args: argparse.Namespace) -> int:
    admin = as_admin(settings_module.read(args.state))
    if args.verb == "list":
        return _list(admin, args)
    path = f"/haneul/v1/runs/{args.id}"
    if args.verb in ("retry", "cancel"):
        print(admin.post(f"{path}/{args.verb}", {})["run"]["explanation"])
        return 0
    found = admin.get(path)["run"]
    print(found["explanation"])
    if args.verb == "show":
        print("\n".join(step_lines(found["steps"])))
    return 0


def _list(admin: Rest, args: argparse.Namespace) -> int:
    asked = {"limit": str(args.limit)} | ({} if args.all else {"state": args.state})
    found = admin.get("/haneul/v1/runs", **asked, **({"subject": args.subject} if args.subject else {}))["runs"]
    if not found:
        print("Nothing is under way." if not args.all and args.state == "unfinished" else "No such runs are known.")
        return 0
    print(_LINE.format(id="run", created_at="begun at", state="state", kind="what", subject="of"))
    for each in found:
        print(_LINE.format(**(each | {"created_at": each["created_at"][:19], "state": _state(each)})))
    return 0


def _state(each: Json) -> str:
    if each["outcome"]:
        return str(each["outcome"])
    return "undoing" if each["unwinding"] else "at work"


def _counts(step: Json) -> str:
    """How often it was tried and how that ended; nothing about what went well at once."""
    counts_by_text = {
        "{} tries": step["tries"] if step["tries"] > 1 else 0,
        "{} failed": step["failures"],
        "{} interrupted": step["interruptions"],
        "{} failed undos": step["undo_tries"],
    }
    told = [text.format(count) for text, count in counts_by_text.items() if count]
    return f"  ({', '.join(told)})" if told else ""


def step_lines(steps: list[Json]) -> Iterator[str]:
    """The journal, a line a step, each failure on a line of its own below."""
    for step in steps:
        end = "undone" if step["undone_at"] else "done" if step["finished_at"] else "open"
        yield f"  {step['started_at'][11:23]}  {end:6}  {step['name']}{_counts(step)}"
        if step["error"]:
            yield f"                        {step['error']['message']} ({step['error']['code']})"
