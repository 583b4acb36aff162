"""Close a person's way in, as an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.selectors import active_person
from apps.accounts.services import deactivate_person
from apps.core.actors import system


class Command(BaseCommand):
    """``manage.py deactivate_person USERNAME``."""

    help = "Close a person's way in at once: password, sessions and tokens. What they did stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = active_person(options["username"])
        if user is None:
            raise CommandError(f"There is no active person with the username {options['username']}.")
        deactivate_person(actor=system("deactivate_person"), user=user)
        self.stdout.write(f"{user} can no longer sign in, and their tokens no longer work.")
