"""Let a lost or stolen key of the ledger no longer count."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit import services
from apps.core.actors import system
from apps.core.errors import PortalError


class Command(BaseCommand):
    """``manage.py revoke_ledger_key KEYID --reason TEXT [--size N]``."""

    help = "Revoke an old key of the ledger. To revoke the key that signs now, run rotate_ledger_key first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key_id", help="The key's id: eight hexadecimal digits in its line.")
        parser.add_argument("--reason", required=True, help="Everyone can read it. Name no person in it.")
        parser.add_argument(
            "--size",
            type=int,
            help="The last number of entries for which its signatures count; default: all that it was meant to sign.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = services.revoke_ledger_key(
                actor=system("revoke_ledger_key"),
                key_id=options["key_id"],
                reason=options["reason"],
                size=options["size"],
            )
        except PortalError as refused:
            raise CommandError(f"{refused.reason} {refused.remedy}".strip()) from refused
        self.stdout.write(f"Revoked: {key.text}")
