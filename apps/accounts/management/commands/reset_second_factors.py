"""Take a person's second factors away, as an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.selectors import active_person
from apps.accounts.services import reset_second_factors
from apps.core.actors import system


class Command(BaseCommand):
    """``manage.py reset_second_factors USERNAME``, for someone who has lost their phone or key."""

    help = "Take every second factor of a person away. Make sure first, in person, that it is they who ask."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = active_person(options["username"])
        if user is None:
            raise CommandError(f"There is no active person with the username {options['username']}.")
        count = reset_second_factors(actor=system("reset_second_factors"), user=user)
        self.stdout.write(f"{count} taken away. {user} signs in with their password, and can set up another.")
