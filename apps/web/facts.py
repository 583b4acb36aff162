"""Facts of entries in words."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.accounts.enums import Role
from apps.approvals.enums import AuthMethod
from apps.changes.enums import ChangeState
from apps.web import dates


@dataclass(frozen=True)
class Fact:
    """A fact of an entry: its name and what it says. Digests and the like stand in code letters."""

    name: str
    text: str
    code: bool


_NAMES = {"auth_method": "Signed in with", "requirement": "Requirement number"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z?")
_DIGEST = 32
"""Words are shorter than this, or hold a space."""


def fact(name: str, value: object) -> Fact:
    """Return a fact in words. The JSON at the foot of the page says it as it was hashed."""
    said = _NAMES.get(name, name.replace("_", " ").capitalize())
    if name == "role" and value in Role.values:
        return Fact(said, Role(value).label, code=False)
    if name == "state" and value in ChangeState.values:
        return Fact(said, ChangeState(value).label, code=False)
    if name == "auth_method" and value in AuthMethod.values:
        return Fact(said, AuthMethod(value).label, code=False)
    if isinstance(value, str):
        code = len(value) >= _DIGEST and " " not in value
        return Fact(said, _moment(value) or value or "None", code=code)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return Fact(said, "\n".join(value) or "None", code=False)
    if name == "items" and isinstance(value, list) and all(_is_move(each) for each in value):
        moves = [f"{each['component']}: {each['from'] or 'nothing'} → {each['to']}" for each in value]
        return Fact(said, "\n".join(moves) or "None", code=False)
    if isinstance(value, dict | list):
        text = json.dumps(value, ensure_ascii=False, indent=1)
        return Fact(said, text if value else "None", code=bool(value))
    if isinstance(value, bool):
        return Fact(said, "Yes" if value else "No", code=False)
    return Fact(said, "None" if value is None else str(value), code=False)


def _is_move(value: object) -> bool:
    """Tell whether a fact is an item of a change: a component with the version that it leaves and takes."""
    return isinstance(value, dict) and value.keys() == {"component", "from", "to"}


def _moment(text: str) -> str:
    """Return an instant, or a time on the wall, as people read it; empty for any other text."""
    if not _TIME.fullmatch(text):
        return ""
    at = datetime.fromisoformat(text)
    zone = " UTC" if at.tzinfo else ""
    return f"{dates.when(at.replace(tzinfo=UTC), UTC)}{zone}"
