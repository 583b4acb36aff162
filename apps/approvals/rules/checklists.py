"""What each role says it has checked before it approves. Pure."""

from apps.accounts.enums import Role

_CHECKS: dict[str, tuple[str, ...]] = {
    Role.SPONSOR: (
        "what it should make better is stated, and can be measured",
        "the risks that are named are ones we can carry",
    ),
    Role.STEWARD: (
        "the data may be used for this purpose",
        "those who read this data are named, and can live with what moves",
    ),
    Role.VALIDATOR: (
        "the new version does what it should on the agreed measures",
        "its training data, code and settings are recorded",
    ),
    Role.OWNER: (
        "my service can take it in the planned window",
        "the way back works, and someone is there to take it",
    ),
}


# Whoever waives something judges what is done instead: that all is well with it, nobody can say.
_WAIVING = (
    "what is done instead makes up for what is set aside",
    "it is set aside no longer than it has to be",
)
WAIVERS = frozenset({"waiver", "rule_waiver"})
"""The subjects, as a round names them, that set something aside: a conflict, a rule or a check."""
MOVING = frozenset({"change", "standard", "card"})
"""The subjects that move something, or describe what moves. The points of a role are about that: others have none."""


def checklist(role: str, subject: str = "change") -> tuple[str, ...]:
    """Return what a role confirms when it approves a subject, each to follow “I have checked that”."""
    if subject in WAIVERS:
        return _WAIVING
    return _CHECKS.get(role, ()) if subject in MOVING else ()


def unchecked(role: str, subject: str, checked: list[str]) -> list[str]:
    """Return what a role has yet to confirm."""
    return [each for each in checklist(role, subject) if each not in checked]
