"""Reading the body of a call."""

import re
from typing import Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 64
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


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
        _check(value, ())
        return value


Place = tuple[str | int, ...]
"""The names and places that lead to a value. They become a text when something is wrong there, and not before: a long
name that stands over a million values would be copied a million times."""


def _check(value: Any, where: Place) -> None:
    if len(where) > MAX_DEPTH:
        raise _refused(where, f"This is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            _check(each, (*where, place))
    elif isinstance(value, dict):
        for name, each in value.items():
            _check_text(name, where)
            _check(each, (*where, name))


def _check_text(text: str, where: Place) -> None:
    if _UNKEEPABLE.search(text):
        raise _refused(where, "This holds a character that cannot be stored. Remove it.")


def _refused(where: Place, said: str) -> ValidationError:
    whole = where if where and isinstance(where[0], str) else ("body", *where)
    named = ".".join(str(part)[:200] for part in whole)
    return ValidationError({named[:200]: [said]})
