"""Seal every pending entry now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit import selectors, services


class Command(BaseCommand):
    help = "Seal every pending ledger entry now, and print how many entries are sealed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            checkpoint = services.seal_pending() or selectors.latest_checkpoint()
        except services.LedgerBroken as broken:
            raise CommandError(f"{broken.reason} {broken.remedy}".strip()) from broken
        self.stdout.write(f"{checkpoint.size if checkpoint else 0} entries are sealed.")
