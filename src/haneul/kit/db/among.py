"""Rows whose column has one of many values, however many they are: one statement, one parameter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from haneul.kit.db.types import Json


class _Each(FunctionElement[str]):
    """The members of a JSON list of texts, a row each."""

    type = String()
    name = "each"
    inherit_cache = True


@compiles(_Each, "sqlite")
def _on_sqlite(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Each, "postgresql")
def _on_postgres(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


def among(column: ColumnElement[str], name: str = "ids") -> ColumnElement[bool]:
    """True for the texts of a list that the statement is executed with under `name`.

    Unlike `in_`, which writes a parameter for each value, the statement is always the same: it is made once, and
    asking for 1,000 rows costs what reading them costs.
    """
    return column.in_(select(_Each(bindparam(name, type_=Json)).table_valued("value").c.value))
