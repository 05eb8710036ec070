"""What an extra spec asks of a value: the operators that OpenStack's schedulers have in common."""

from __future__ import annotations

import operator
from collections.abc import Callable

_NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
}
"""`=` means at least, as it always has."""
_TEXTUAL: dict[str, Callable[[str, str], bool]] = {
    "s==": operator.eq,
    "s!=": operator.ne,
    "s<": operator.lt,
    "s<=": operator.le,
    "s>": operator.gt,
    "s>=": operator.ge,
}


def meets(value: str, wanted: str) -> bool:
    """Whether `value` is as `wanted` says: `>= 4`, `<or> a <or> b`, `<in> part`, or the value itself."""
    words = wanted.split()
    if not words:
        return value == wanted
    operation, operands = words[0], words[1:]
    if operation == "<or>":
        return value in {word for word in operands if word != "<or>"}
    if operation == "<is>":
        return bool(operands) and value.lower() == operands[0].lower()
    if operation == "<in>":
        return bool(operands) and operands[0] in value
    if operation == "<all-in>":
        return bool(operands) and all(word in value for word in operands)
    if operation in _TEXTUAL and operands:
        return _TEXTUAL[operation](value, operands[0])
    if operation in _NUMERIC and operands:
        return _compared(operation, value, operands[0])
    return value == wanted


def _compared(operation: str, value: str, operand: str) -> bool:
    try:
        return _NUMERIC[operation](float(value), float(operand))
    except ValueError:
        return False
