"""`haneul audit`: who asked for what change, and the proof that nobody altered the record of it."""

from __future__ import annotations

import argparse

from haneul import settings as settings_module
from haneul.cli.rest import Rest, as_admin

_LINE = "  {at:19}  {status:3}  {user_name:16.16}  {address:15}  {method:6} {path}"
_ASKED = {
    "user": "user_id",
    "project": "project_id",
    "request": "request_id",
    "path": "path",
    "since": "since",
    "until": "until",
}


def run(args: argparse.Namespace) -> int:
    admin = as_admin(settings_module.read(args.state))
    return _verify(admin) if args.verb == "verify" else _list(admin, args)


def _list(admin: Rest, args: argparse.Namespace) -> int:
    asked = {name: getattr(args, word) for word, name in _ASKED.items() if getattr(args, word)}
    records = admin.get("/haneul/v1/audit", limit=str(args.limit), **asked)["records"]
    if not records:
        print("Nothing of the kind is on record.")
        return 0
    for each in records:
        print(_LINE.format(**(each | {"at": each["at"][:19]})))
    return 0


def _verify(admin: Rest) -> int:
    proof = admin.get("/haneul/v1/audit/proof")["proof"]
    for each in proof["breaks"]:
        print(f"{each['replica']}, record {each['number']}: {each['told']}")
    for replica, head in proof["heads"].items():
        print(f"{replica} ends with record {head['number']}: {head['seal']}")
    if not proof["holds"]:
        print("The record was altered. Compare it with a backup of the database (`haneul backup`).")
        return 1
    print(f"{proof['records']} records, and the chain holds. Note its end elsewhere: it proves the record later.")
    return 0
