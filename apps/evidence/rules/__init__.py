"""What evidence says, judged by its content."""

from apps.evidence.rules.detecting import known_formats, reading_of
from apps.evidence.rules.files import MOST_BYTES
from apps.evidence.rules.readings import Finding, Reading, outcome_of, topics_of

__all__ = ["MOST_BYTES", "Finding", "Reading", "known_formats", "outcome_of", "reading_of", "topics_of"]
