"""What the ledger says a record was: its entries replayed, each setting some of its fields.

Only entries that describe their record count. A signature, a refusal or a sign-in happens to it and leaves it as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.audit.selectors import Entry

ERASED = "Erased"
Fields = dict[str, Any]
"""Names of fields with what they hold; None takes a field away."""

_HAPPENS = (
    "access.", "approval.", "comment.", "conflict.", "hold.", "ledger.", "person.signed_", "person.sign_in_", "thread.",
)  # fmt: skip
_MACHINES = ("change.", "card.", "review.")
_ASIDE = {"fields", "from", "to", "step", "grant", "tokens_revoked", "retired"}


@dataclass(frozen=True)
class Held:
    """What a field holds, and the entry that set it."""

    value: Any
    entry: Entry


@dataclass(frozen=True)
class Turned:
    """A field that an entry set to something else."""

    name: str
    before: Any
    after: Any


def replayed(entries: Iterable[Entry]) -> dict[str, Held]:
    """Return the fields of a record after these entries, oldest first."""
    held: dict[str, Held] = {}
    for entry in entries:
        for name, value in described(entry).items():
            if value is None:
                held.pop(name, None)
            else:
                held[name] = Held(value, entry)
    return held


def turned(before: dict[str, Held], entry: Entry) -> list[Turned]:
    """Return what an entry changed, field by field, where the ledger knows both sides."""
    return [
        Turned(name, before[name].value, value)
        for name, value in described(entry).items()
        if name in before and before[name].value != value
    ]


def described(entry: Entry) -> Fields:
    """Return the fields that an entry sets on its record."""
    event, data = entry.event.event, entry.data
    if event.startswith(_HAPPENS) or entry.retired:
        return {}
    special = _SPECIAL.get(event)
    if special is not None:
        return special(data)
    fields = {name: value for name, value in data.items() if name not in _ASIDE}
    if event.startswith(_MACHINES) and "to" in data:
        fields["state"] = data["to"]
    if event.startswith("export.") and "to" in data:
        fields["days"] = f"{data.get('from')} to {data['to']}"
    texts = {name: ERASED if text is None else text for name, text in entry.private.items()}
    return fields | {name: text for name, text in texts.items() if not event.startswith("change.")}


def _granted(data: Fields) -> Fields:
    where = data.get("team") or data.get("component") or "everything"
    until = f", until {data['to']}" if data.get("to") else ""
    return {f"role {data.get('grant')}": f"{data.get('role')} over {where}, from {data.get('from')}{until}"}


def _tied(data: Fields) -> Fields:
    gone = {_tie(one): None for one in data.get("removed", [])}
    return gone | {_tie(one): one.get("contract") or "no contract" for one in data.get("added", [])}


def _tie(one: Fields) -> str:
    return f"{one.get('kind')} {one.get('provider')}"


def _promised(data: Fields) -> Fields:
    return {f"objective {data.get('name')}": f"{data.get('objective')} over {data.get('window_days')} days"}


def _version(word: str) -> Any:
    return lambda data: {f"version {data.get('version')}": word}


def _in_use(word: str) -> Any:
    return lambda data: {name: value for name, value in data.items() if name not in _ASIDE} | {"in_use": word}


def _skipped(data: Fields) -> Fields:
    return {name: value for name, value in data.items() if name != "skipped"}


_SPECIAL: dict[str, Any] = {
    "change.move_asked": lambda data: {},  # noqa: ARG005
    "booking.started": lambda data: {"state": "under way"},
    "booking.done": lambda data: {"state": "done"},
    "booking.released": lambda data: {"state": "released"},
    "freeze.skipped": _skipped,
    "period.skipped": _skipped,
    "freeze.lifted": lambda data: data | {"lifted": "yes"},
    "component.registered": _in_use("yes"),
    "component.restored": _in_use("yes"),
    "component.retired": _in_use("no"),
    "component.version_added": _version("added"),
    "component.version_updated": _version("updated"),
    "component.version_retired": _version("retired"),
    "component.dependencies_changed": _tied,
    "component.promise_recorded": _promised,
    "contract.registered": _in_use("yes"),
    "contract.restored": _in_use("yes"),
    "contract.retired": _in_use("no"),
    "person.profile_changed": lambda data: {"time_zone": data.get("to")},
    "person.briefing_chosen": lambda data: {"weekly_briefing": data.get("weekly")},
    "person.digest_chosen": lambda data: {"weekly_digest": data.get("weekly")},
    "person.deactivated": lambda data: {"access": "taken away"},
    "person.password_changed": lambda data: {},
    "person.second_factor_added": lambda data: {},
    "person.second_factor_removed": lambda data: {},
    "person.second_factors_reset": lambda data: {},
    "person.joined_team": lambda data: {f"team {data.get('team')}": "member"},
    "person.left_team": lambda data: {f"team {data.get('team')}": None},
    "role.granted": _granted,
    "role.revoked": lambda data: {f"role {data.get('grant')}": None},
    "feed.made": lambda data: {f"calendar feed {data.get('prefix')}": "in use"},
    "feed.revoked": lambda data: {f"calendar feed {data.get('prefix')}": None},
    "token.issued": lambda data: {f"token {data.get('prefix')}": f"until {data.get('expires_at')}"},
    "token.revoked": lambda data: {f"token {data.get('prefix')}": None},
    "review.action_added": lambda data: {f"action {data.get('action')}": f"due {data.get('due_on')}"},
    "review.action_done": lambda data: {f"action {data.get('action')}": "done"},
}
