"""Which exports a person may see, and their files."""

from pathlib import Path

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core import clock
from apps.core.decisions import ALLOWED, Decision, denied
from apps.exports.enums import ExportState
from apps.exports.models import ExportJob
from apps.exports.selectors.ledger import Reader, oversees


def export_exists(ref: str) -> bool:
    """Return whether an export exists, so that a refused look can be told from a wrong address."""
    number = _number(ref)
    return number is not None and ExportJob.objects.filter(pk=number).exists()


def exports_visible_to(user: Reader) -> QuerySet[ExportJob]:
    """Return the exports that a person may see, newest first: all of them for an auditor or a change manager."""
    jobs = ExportJob.objects.select_related("requester").order_by("-id")
    return jobs if oversees(user) else jobs.none()


def export_for(user: Reader, ref: str) -> ExportJob | None:
    """Return the export called ``EXP-7``, if the person may see it."""
    number = _number(ref)
    return exports_visible_to(user).filter(pk=number).first() if number is not None else None


def may_cancel(user: Reader, job: ExportJob) -> Decision:
    """Tell whether a person may end an export before it is written."""
    if oversees(user) or (isinstance(user, User) and user.pk == job.requester_id):
        return ALLOWED
    return denied(f"{job.ref} is not yours to cancel.", "Ask whoever asked for it, or a change manager.")


def file_of(job: ExportJob) -> Path | None:
    """Return the file of an export while it may be fetched, else None."""
    if job.state != ExportState.DONE or job.expires_at is None or job.expires_at <= clock.now():
        return None
    path = Path(job.path)
    return path if path.is_file() else None


def _number(ref: str) -> int | None:
    number = ref.removeprefix("EXP-")
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= 15 else None
