"""Templates and documents; playbooks."""

from apps.playbooks.models.playbooks import Playbook, PlaybookReading, PlaybookVersion
from apps.playbooks.models.templates import Document, Template, TemplateVersion

__all__ = ["Document", "Playbook", "PlaybookReading", "PlaybookVersion", "Template", "TemplateVersion"]
