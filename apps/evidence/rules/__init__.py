"""What evidence says, judged by its content."""

from apps.evidence.rules.detecting import known_formats, reading_of
from apps.evidence.rules.files import MOST_BYTES
from apps.evidence.rules.readings import Finding, Reading, looked_at, outcome_of, passed_of, topics_of

__all__ = [
    "MOST_BYTES",
    "Finding",
    "Reading",
    "known_formats",
    "looked_at",
    "outcome_of",
    "passed_of",
    "reading_of",
    "topics_of",
]
