"""Who judges a field, as its form says it: whoever is named signs again when it changes."""

from apps.accounts.enums import Role
from apps.changes.rules.materiality import FIELDS

_EVERYWHERE = {
    Role.SPONSOR: "the Change Sponsor",
    Role.STEWARD: "the Data Stewards",
    Role.VALIDATOR: "the Model Validators",
    Role.OWNER: "the Service Owners",
}
_OWN = {
    Role.STEWARD: "its Data Steward",
    Role.VALIDATOR: "its Model Validator",
    Role.OWNER: "its Service Owner",
}
COSMETIC = "No signature depends on this."


def judged_by(*places: str) -> str:
    """Return who judges what stands in these places of a content: "Judged by the Change Sponsor.".

    A place is a field, or what fields lie in: "window", "plan[]".

    Raises:
        ValueError: a place holds no field.
    """
    everywhere: set[str] = set()
    own: set[str] = set()
    for place in places:
        inside = [path for path in FIELDS if path == place or path.startswith((f"{place}.", f"{place}["))]
        if not inside:
            raise ValueError(f"No field of a content lies in {place}.")
        everywhere |= {role for path in inside for role in FIELDS[path].everywhere}
        own |= {role for path in inside for role in FIELDS[path].own}
    names = [name for role, name in _EVERYWHERE.items() if role in everywhere]
    names += [name for role, name in _OWN.items() if role in own - everywhere]
    return f"Judged by {_listed(names)}." if names else COSMETIC


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
