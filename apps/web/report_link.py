"""The way from a change to its PDF report: the last page of the export wizard, with every answer given."""

from datetime import UTC
from urllib.parse import urlencode

from django.urls import reverse

from apps.accounts.models import User
from apps.changes.models import Change
from apps.core import clock
from apps.exports.enums import ExportFormat, ExportSubject
from apps.exports.selectors import may_export


def report_url(user: User, change: Change) -> str:
    """Return where a person starts the export of a change's report; empty where they may not or there is none."""
    if change.revision_id is None or not may_export(user):
        return ""
    answers = {
        "subject": ExportSubject.ENTRIES.value,
        "start": change.created_at.astimezone(UTC).date().isoformat(),
        "end": clock.now().date().isoformat(),
        "change": change.ref,
        "format": ExportFormat.PDF.value,
    }
    return f"{reverse('web:export-new')}?{urlencode(answers)}"
