"""What each role judges by: that role's part of a change, and nothing else.

It is taken from the content of the revision that is signed, so the page shows exactly what the digest covers.
"""

from apps.web.evidence.blocks import Block, Facts, Lines, Prose, Table
from apps.web.evidence.measures import measure_name, number, short
from apps.web.evidence.roles import evidence_for

__all__ = ["Block", "Facts", "Lines", "Prose", "Table", "evidence_for", "measure_name", "number", "short"]
