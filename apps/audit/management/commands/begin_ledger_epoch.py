"""Let the ledger go on after an older database was restored."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit import selectors, services
from apps.core.actors import system
from apps.core.errors import PortalError


class Command(BaseCommand):
    """``manage.py begin_ledger_epoch --reason TEXT [--yes]``."""

    help = (
        "Let the ledger go on from what the database holds, after an older copy was restored or the ledger's head or "
        "key was lost for good. Everyone can see from then on what was lost. This cannot be undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="Everyone can read it. Name no person in it.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        trouble = selectors.ledger_trouble()
        if trouble is not None and not options["yes"]:
            self.stdout.write(f"{trouble.reason}\n{self.help}")
            if input("Begin a new epoch? Type yes: ").strip() != "yes":
                raise CommandError("Nothing was changed.")
        try:
            epoch = services.begin_ledger_epoch(actor=system("begin_ledger_epoch"), reason=options["reason"])
        except PortalError as refused:
            raise CommandError(f"{refused.reason} {refused.remedy}".strip()) from refused
        lost = "an unknown number of" if epoch.lost_entries is None else f"{epoch.lost_entries:,}"
        self.stdout.write(
            f"Epoch {epoch.number} began after entry {epoch.from_size:,}; {lost} entries are lost.\n"
            f"Its key, for your auditors:\n{selectors.public_key_text()}"
        )
