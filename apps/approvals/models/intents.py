"""Before a signature: the page that a person was shown, and what they looked at."""

from django.conf import settings
from django.db import models

from apps.approvals.models.rounds import Requirement, Round, Signature


class SignIntent(models.Model):
    """One showing of the signing page, which one signature may use up within five minutes.

    It binds what will be signed (digest and meanings) to who was shown it and in which session. It is about a
    requirement; or about letting a whole round go ahead, which happens once.
    """

    nonce = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    session = models.CharField(
        max_length=80, help_text="A digest of the session's key, or the token's prefix."
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, blank=True, related_name="intents"
    )
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64)
    meanings = models.JSONField(help_text="What each decision would say, as the person was shown it.")
    shown_at = models.DateTimeField(db_index=True)
    signature = models.OneToOneField(
        Signature, on_delete=models.PROTECT, null=True, blank=True, related_name="intent"
    )


class Look(models.Model):
    """When a person first looked at a requirement (``what`` is blank) or opened a piece of its evidence.

    ``seconds`` is of the first kind alone: how long it was in view, as their browser told.

    It is kept beside the ledger, not in it: what someone read is for a Change Manager, and can be erased.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["requirement", "user", "what"], name="looked_once")]
