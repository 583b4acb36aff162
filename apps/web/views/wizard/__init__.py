"""The wizard: from an idea to a submitted change in six steps that can be left and resumed."""

from apps.web.views.wizard.flow import edit, new, resume

__all__ = ["edit", "new", "resume"]
