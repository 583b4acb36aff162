"""Messages of rules, which may name facts in braces."""

import re
from collections.abc import Mapping
from typing import Any

from apps.policy.enums import FactType
from apps.policy.rules.facts import FACTS

_NAMED = re.compile(r"\{([^{}]*)\}")
_YES = {True: "yes", False: "no"}


def message_problems(message: str) -> list[str]:
    """Return what is wrong with the braces of a message."""
    names = _NAMED.findall(message)
    found = [
        f"There is no fact called “{name[:80]}” to name in a message."
        for name in names
        if name not in FACTS or FACTS[name].type == FactType.CHECKS
    ]
    if set("{}") & set(_NAMED.sub("", message)):
        found.append("A brace stands alone. Write a fact as {change.tier}.")
    return found


def filled(message: str, values: Mapping[str, Any]) -> str:
    """Return a message with the values of the facts that it names; one that is not known says so."""
    return _NAMED.sub(lambda found: _said(values.get(found.group(1))), message) if "{" in message else message


def _said(value: Any) -> str:
    if value is None:
        return "(not known)"
    if isinstance(value, bool):
        return _YES[value]
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return ", ".join(map(str, value[:10])) or "none"
    return str(value)
