"""Every page of the portal, with addresses to open it at: what ``test_every_page`` sweeps.

Whoever adds an address to the portal adds it here: to an area of ``AREAS`` with an example of each shape that it takes,
or to ``NO_PAGE`` with the reason why there is nothing to look at. ``{names}`` stand for what ``organisation.settle``
put into the database.
"""

from tests.e2e.pages.changes import ACTS, CHANGES, STANDARDS, TALK, WIZARD
from tests.e2e.pages.deciding import HOME
from tests.e2e.pages.gating import GATES
from tests.e2e.pages.look import Area
from tests.e2e.pages.open import OPEN, REFUSALS
from tests.e2e.pages.planning import CATALOG, PLANNING, PLAYBOOKS, TRAINING
from tests.e2e.pages.records import RECORDS

AREAS: dict[str, Area] = {
    "home": HOME,
    "changes": CHANGES,
    "standards": STANDARDS,
    "talk": TALK,
    "acts": ACTS,
    "wizard": WIZARD,
    "gates": GATES,
    "planning": PLANNING,
    "playbooks": PLAYBOOKS,
    "training": TRAINING,
    "catalog": CATALOG,
    "records": RECORDS,
    "open": OPEN,
    "refusals": REFUSALS,
}
