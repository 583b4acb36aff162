"""Contract differences: what a new version of a contract does to whoever kept to the old one.

Each format's module says what differs and which way a promise moves. How grave that is follows in ``changes``, once for
the consumers and once for the producer, so that comparing the other way round says the same with the two exchanged.
"""

from apps.evidence.rules.contracts.changes import Comparison, Difference
from apps.evidence.rules.contracts.comparing import compared, kind_of
from apps.evidence.rules.contracts.documents import MOST_BYTES

__all__ = ["MOST_BYTES", "Comparison", "Difference", "compared", "kind_of"]
