"""Key pairs of whoever is signed in: made (the private half told once), imported, deleted."""

from __future__ import annotations

import re

from haneul.console.deleting import Doomed, ask_or_delete
from haneul.console.sessions import Told
from haneul.console.tables import part_of
from haneul.console.visit import PREFIX, Visit, status_of
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Reply, Request
from haneul.services.compute import NewKeypair

KEYS = f"{PREFIX}/keys"
_NAME = re.compile(r"(?! )[a-zA-Z0-9_ @.-]{1,255}(?<! )")
"""As the API has it."""


def list_keys(visit: Visit, request: Request) -> Reply:
    return _list_page(visit)


def create_key(visit: Visit, request: Request) -> Reply:
    """Of the public half that the form holds; else a new one, whose private half this page shows and nothing keeps."""
    public_key = visit.field("public_key").strip()
    try:
        name = _name(visit)
        made = visit.rooms.compute.keypairs.create(visit.caller, NewKeypair(name, public_key or None))
    except CloudError as error:
        return _list_page(visit, error)
    if made.private_key is not None:
        return visit.page("key_made.html", keypair=made.keypair, private_key=made.private_key)
    return visit.go(KEYS, Told((visit.say("It is there: %(name)s", name=name),)))


def delete_key(visit: Visit, request: Request) -> Reply:
    keypairs = visit.rooms.compute.keypairs
    keypair = keypairs.get(visit.caller, request.params["name"])
    doomed = Doomed(
        name=keypair.name,
        question=visit.say("Delete this key pair?"),
        warning=visit.say("Servers that were made with it keep it. No new ones get it."),
        back=KEYS,
        home=KEYS,
    )
    return ask_or_delete(visit, doomed, lambda: keypairs.remove(visit.caller, keypair.name))


def _name(visit: Visit) -> str:
    """Raises Invalid("keypair.bad_name")."""
    name = visit.field("name").strip()
    if _NAME.fullmatch(name) is None:
        raise Invalid(
            "keypair.bad_name", f"{name!r:.60} is no name of a key pair: use letters, digits, spaces and the signs _-@."
        )
    return name


def _list_page(visit: Visit, error: CloudError | None = None) -> Reply:
    keypairs = visit.rooms.compute.keypairs
    return visit.page(
        "keys.html",
        200 if error is None else status_of(error),
        part=part_of(visit, lambda page: keypairs.list(visit.caller, page), key=lambda keypair: keypair.name),
        message=error.message if error else "",
    )
