"""HTTP for APIs whose shape is dictated from outside: one table of routes, one ladder of versions, plain functions."""

from haneul.kit.http.exchange import Exchange, Watcher
from haneul.kit.http.ladder import Change, Ladder, Rung, Version
from haneul.kit.http.message import Many, Query, Reply, Request
from haneul.kit.http.routing import Match, Route, RouteTable
from haneul.kit.http.schema import Validators
from haneul.kit.http.workers import Workers

__all__ = [
    "Change",
    "Exchange",
    "Ladder",
    "Many",
    "Match",
    "Query",
    "Reply",
    "Request",
    "Route",
    "RouteTable",
    "Rung",
    "Validators",
    "Version",
    "Watcher",
    "Workers",
]
