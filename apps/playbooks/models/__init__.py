"""Templates and documents; playbooks, and their drills."""

from apps.playbooks.models.drills import Drill
from apps.playbooks.models.playbooks import Playbook, PlaybookReading, PlaybookVersion
from apps.playbooks.models.templates import Document, Template, TemplateVersion

__all__ = [
    "Document",
    "Drill",
    "Playbook",
    "PlaybookReading",
    "PlaybookVersion",
    "Template",
    "TemplateVersion",
]
