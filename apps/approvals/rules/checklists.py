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


def checklist(role: str) -> tuple[str, ...]:
    """Return what a role confirms when it approves, each to follow “I have checked that”."""
    return _CHECKS.get(role, ())


def unchecked(role: str, checked: list[str]) -> list[str]:
    """Return what a role has yet to confirm."""
    return [each for each in checklist(role) if each not in checked]
