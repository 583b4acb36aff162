"""Erase a person's free text and personal data, as an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.selectors import person_named
from apps.core.actors import system
from apps.core.errors import PortalError
from apps.retention.services import erase_person


class Command(BaseCommand):
    """``manage.py erase_person_text USERNAME --reason TEXT [--also ENTRY ...]``."""

    help = (
        "Erase what a person wrote beside the ledger, and what names them. The entries keep their digests and "
        "still verify. The person's access must have been taken away first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="why: it is kept with the record of the erasure")
        parser.add_argument(
            "--also",
            type=int,
            nargs="*",
            default=[],
            metavar="ENTRY",
            help="entries by others that name the person",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_named(options["username"])
        if user is None:
            raise CommandError(f"There is no person with the username {options['username']}.")
        try:
            count = erase_person(
                actor=system("erase_person_text"), user=user, reason=options["reason"], also=options["also"]
            )
        except PortalError as error:
            raise CommandError(f"{error.reason} {error.remedy}".strip()) from error
        self.stdout.write(f"{count} texts are erased. The ledger names the entries, under person {user.pk}.")
