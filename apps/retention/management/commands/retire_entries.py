"""Retire the entries whose time is over under the policy in force, as an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.actors import system
from apps.core.errors import PortalError
from apps.retention.selectors import due_leaves, policy_in_force
from apps.retention.services import retire_due


class Command(BaseCommand):
    """``manage.py retire_entries [--yes]``. Nothing else ever starts it."""

    help = (
        "Replace entries whose time is over by signed tombstones. Their content is gone for good; their place and "
        "hash in the ledger stay proven. Without --yes it only counts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it, and not only count")

    def handle(self, *args: Any, **options: Any) -> None:
        policy = policy_in_force()
        if policy is None or policy.keep_years is None:
            self.stdout.write("The policy in force keeps everything. Nothing is due.")
            return
        if not options["yes"]:
            due = due_leaves(policy).count()
            self.stdout.write(
                f"{due} entries are past the {policy.keep_years} years of “{policy.name}”. --yes retires them."
            )
            return
        try:
            count = retire_due(actor=system("retire_entries"))
        except PortalError as error:
            raise CommandError(f"{error.reason} {error.remedy}".strip()) from error
        self.stdout.write(f"{count} entries are retired under “{policy.name}”.")
