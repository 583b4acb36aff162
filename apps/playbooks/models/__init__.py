"""Templates and documents; playbooks and their drills; courses and who has completed them."""

from apps.playbooks.models.drills import Drill
from apps.playbooks.models.playbooks import Playbook, PlaybookReading, PlaybookVersion
from apps.playbooks.models.templates import Document, Template, TemplateVersion
from apps.playbooks.models.training import Completion, Course, CourseVersion
from apps.playbooks.models.versioned import Version

__all__ = [
    "Completion",
    "Course",
    "CourseVersion",
    "Document",
    "Drill",
    "Playbook",
    "PlaybookReading",
    "PlaybookVersion",
    "Template",
    "TemplateVersion",
    "Version",
]
