"""Who may do what to which table: the runtime login, which every process of the portal uses, and the ledger's keeper.

The keeper is a role without a login. The sealer takes it for one transaction, and whoever erases a person's text or
retires an entry takes it for a few statements. Nobody has more than is named here; the owner of the tables is used for
migrations alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_ORDINARY = ("SELECT", "INSERT", "UPDATE", "DELETE")
_WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
_READ, _ADD = ("SELECT",), ("SELECT", "INSERT")


@dataclass(frozen=True)
class Allowed:
    """What the runtime login and the keeper may do to one table."""

    runtime: tuple[str, ...]
    keeper: tuple[str, ...] = ()


# Every table of this app must stand here (tests/audit/test_roles.py): what is not named is open to ordinary writes.
LEDGER = {
    "audit_event": Allowed(runtime=_ADD, keeper=_READ),
    "audit_text": Allowed(runtime=_ADD, keeper=("SELECT", "DELETE")),
    "audit_pending": Allowed(runtime=_ADD, keeper=("SELECT", "DELETE")),
    "audit_leaf": Allowed(runtime=_READ, keeper=_ADD),
    "audit_tile": Allowed(runtime=_READ, keeper=("SELECT", "INSERT", "UPDATE (data)")),
    "audit_checkpoint": Allowed(runtime=_READ, keeper=_ADD),
    "audit_anchor": Allowed(runtime=_READ, keeper=_ADD),
    "audit_retirement": Allowed(runtime=_READ, keeper=_ADD),
    "audit_tombstone": Allowed(runtime=_READ, keeper=_ADD),
}
KEEPERS_FUNCTION = "audit_retire(bigint)"
_MIGRATIONS = {"django_migrations": Allowed(runtime=_READ)}


def allowed(table: str) -> Allowed:
    """Return what may be done to ``table``: to one that is not of the ledger, every ordinary write at run time."""
    return (LEDGER | _MIGRATIONS).get(table, Allowed(runtime=_ORDINARY))


def grants(table: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield, for one table, ``runtime`` or ``keeper`` and what that one may do to it."""
    found = allowed(table)
    yield "runtime", found.runtime
    if found.keeper:
        yield "keeper", found.keeper


def forbidden() -> Iterable[tuple[str, str]]:
    """Yield each table of the ledger with each verb that the runtime login must not be able to use on it."""
    for table, found in LEDGER.items():
        yield from ((table, verb) for verb in _WRITES if verb not in found.runtime)
