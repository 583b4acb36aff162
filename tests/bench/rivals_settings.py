"""The portal's settings with three other audit libraries beside it. Only the bench's ``rivals`` process uses them."""

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS as _PORTAL

INSTALLED_APPS = [*_PORTAL, "auditlog", "simple_history", "pgtrigger", "pghistory"]
# Migrations of the portal's own tables hold no triggers of a library that only the bench knows.
PGTRIGGER_MIGRATIONS = False
