"""Reading the body of a call."""

from typing import Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 64


class StorableJSON(JSONParser):
    """JSON that can be kept: not nested without end, and without characters that no database keeps.

    What a field takes is for the serializers to say. This is for texts that none of them looks at one by one.
    """

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Return the body's value.

        Raises:
            ParseError: it is not JSON.
            ValidationError: it is nested too deep, or a text holds NUL or half a surrogate pair.
        """
        try:
            value = super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.") from error
        _check(value, "body", 0)
        return value


def _check(value: Any, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValidationError({where[:200]: [f"This is nested deeper than {MAX_DEPTH} levels."]})
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            _check(each, f"{where}.{place}", depth + 1)
    elif isinstance(value, dict):
        for name, each in value.items():
            _check_text(name, where)
            _check(each, f"{where}.{name}" if depth else name, depth + 1)


def _check_text(text: str, where: str) -> None:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValidationError({where[:200]: ["This holds a character that cannot be stored. Remove it."]})
