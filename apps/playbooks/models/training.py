"""Courses, and who has completed which until when."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.accounts.enums import Role
from apps.playbooks.models.versioned import Version, Versioned


class Course(Versioned):
    """What people of some roles must know. ``owner`` answers for it, and records who has completed it."""

    PREFIX = "TRN-"
    KIND = "course"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(Versioned.Meta):
        pass


class CourseVersion(Version):
    """A course as it was written once. ``teaches`` is Markdown, ``days`` is how long a completion holds.

    Where ``own_word`` is set, people read it and say so themselves.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="versions")
    teaches = models.TextField()
    roles = ArrayField(models.CharField(max_length=20, choices=Role))
    days = models.PositiveIntegerField()
    own_word = models.BooleanField(default=False)

    class Meta(Version.Meta):
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="course_version_once"),
        ]


class Completion(models.Model):
    """That a person completed a course. It counts on each day from ``completed_on`` until before ``runs_out_on``.

    It is never edited: ``withdrawn_at`` takes it back, as if it had never counted. ``evidence`` is an address, or the
    SHA-256 of a file.
    """

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="completions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    completed_on = models.DateField()
    runs_out_on = models.DateField()
    evidence = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-completed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="completion_holds_for_days", condition=Q(runs_out_on__gt=F("completed_on"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "runs_out_on"],
                condition=Q(withdrawn_at=None),
                name="completions_that_count",
            ),
        ]
