"""Takes out of a document what says nothing."""

from typing import Any


def without_blanks(value: Any) -> Any:
    """Return a value without the empty texts, lists and mappings within it."""
    if isinstance(value, dict):
        clean = {key: without_blanks(each) for key, each in value.items()}
        return {key: each for key, each in clean.items() if each not in (None, "", [], {})}
    if isinstance(value, list):
        return [each for each in (without_blanks(one) for one in value) if each not in (None, "", [], {})]
    return value
