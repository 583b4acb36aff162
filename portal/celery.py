"""The Celery application and the schedule that beat follows."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, celeryd_init, setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# task → seconds between two runs
EVERY = {
    "apps.audit.tasks.task_seal_ledger": 1,
    "apps.audit.tasks.task_anchor_ledger": 3600,
    "apps.outbox.tasks.task_deliver_outbox": 5,
    "apps.calendar.tasks.task_recheck_conflicts": 10,
    "apps.approvals.tasks.task_remind_approvals": 60,
    "apps.reviews.tasks.task_remind_reviews": 60,
    "apps.approvals.tasks.task_escalate_unsigned": 60,
    "apps.approvals.tasks.task_ask_ownership": 3600,
    "apps.approvals.tasks.task_reject_unreachable_rounds": 300,
    "apps.approvals.tasks.task_forget_unused_intents": 3600,
    "apps.changes.tasks.task_expire_changes": 60,
    "apps.changes.tasks.task_settle_changes": 60,
    "apps.changes.tasks.task_refresh_changes": 30,
    "apps.changes.tasks.task_remind_of_windows": 300,
    "apps.changes.tasks.task_end_waivers": 60,
    "apps.changes.tasks.task_follow_freezes": 60,
    "apps.gates.tasks.task_warn_of_ending_waivers": 3600,
    "apps.gates.tasks.task_resume_rehearsals": 60,
    "apps.cards.tasks.task_remind_of_validation": 3600,
    "apps.playbooks.tasks.task_remind_of_training": 3600,
    "apps.changes.tasks.task_send_messages": 60,
    "apps.changes.tasks.task_compare_contracts": 60,
    "apps.insights.tasks.task_count_decisions": 60,
    "apps.insights.tasks.task_send_digests": 900,
    "apps.insights.tasks.task_send_briefings": 900,
    "apps.exports.tasks.task_watch_ledger": 60,
    "apps.exports.tasks.task_resume_exports": 300,
    "apps.exports.tasks.task_remove_expired_exports": 3600,
}
# task → the hour, UTC, at which it runs each night
NIGHTLY = {
    "apps.calendar.tasks.task_prove_conflicts": 2,
}
DAY = 24 * 3600
# A run that could not start before the next one is due is dropped: the next one does its work.
app.conf.beat_schedule = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in EVERY.items()
} | {
    task: {"task": task, "schedule": crontab(hour=hour, minute=0), "options": {"expires": DAY}}
    for task, hour in NIGHTLY.items()
}


@celeryd_init.connect
@beat_init.connect
def hold_servers(**_: Any) -> None:
    """Keep the embedded servers up for as long as the worker or beat lives."""
    from portal import embedded

    embedded.acquire()


@celeryd_init.connect
def allow_root(**_: Any) -> None:
    """Drop Celery's warning against root: it is about pickled tasks, and ours are JSON only."""
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")


@worker_init.connect
def add_heartbeat(**_: Any) -> None:
    """Let the worker write its sign of life, which ``/readyz`` reads."""
    from portal.health import Heartbeat

    app.steps["consumer"].add(Heartbeat)


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Leave logging as the settings have it. Without a receiver here Celery installs its own."""
