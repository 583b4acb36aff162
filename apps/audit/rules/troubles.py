"""What can be wrong with the ledger as a whole."""

from apps.core.errors import PortalError


class LedgerBroken(PortalError):
    """The ledger is not what was signed. Nothing more is signed until someone has looked."""


class RolledBack(LedgerBroken):
    """The ledger was signed further than the database now holds: an older copy was restored."""


class HeadLost(LedgerBroken):
    """The last checkpoint that is kept outside the database is gone, so nothing shows what was signed."""


class KeyLost(LedgerBroken):
    """The key that signs is gone, although the ledger was signed before."""


class AnchorBroken(LedgerBroken):
    """The ledger is not what was left outside the portal: someone who could sign has changed it since."""


def rolled_back(signed: int, stored: int) -> RolledBack:
    """Return the trouble that so many entries were signed, and the database holds fewer."""
    return RolledBack(
        f"The ledger was signed up to {signed:,} entries, but the database holds {stored:,}. "
        "An older copy was restored.",
        remedy="Restore the newest database. If it is lost, have the loss examined, "
        "then go on with manage.py begin_ledger_epoch.",
    )
