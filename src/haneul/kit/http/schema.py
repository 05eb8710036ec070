"""Bodies and queries checked against JSON Schemas, compiled on first use."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from haneul.kit.errors import Invalid


class Validators:
    """Compiled validators by key; a validator costs about 150 KB, so only what is used is compiled."""

    def __init__(self) -> None:
        self._compiled: dict[object, Any] = {}

    def check(self, key: object, schema: Any, value: Any, *, where: str = "body") -> None:
        """Raise Invalid with the place and the reason unless `value` fits `schema`; `key` names the schema."""
        validator = self._compiled.get(key)
        if validator is None:
            validator = jsonschema_rs.validator_for(schema, validate_formats=True, ignore_unknown_formats=False)
            self._compiled[key] = validator
        try:
            error = next(validator.iter_errors(value), None)
        except ValueError as too_deep:
            raise Invalid("request.too_deep", f"The {where} is nested too deeply: {too_deep}. Send less.") from too_deep
        if error is not None:
            raise Invalid("request.invalid", _sentence(error, where))


def _sentence(error: Any, where: str) -> str:
    message = str(error.message)
    if len(message) > 400:
        message = message[:200] + " ... " + message[-150:]
    path = "/".join(str(part) for part in error.instance_path)
    place = f"Invalid input for field/attribute {path}" if path else f"Invalid input for {where}"
    return f"{place}. {message}"
