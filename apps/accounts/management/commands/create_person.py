"""Add a person, as an operator."""

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.services import create_person
from apps.core.actors import system
from apps.core.errors import PortalError


class Command(BaseCommand):
    """``manage.py create_person USERNAME --email … --name …``; the password is never on the command line."""

    help = "Add a person. The password is asked for, or read from PORTAL_NEW_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="First and last name.")
        parser.add_argument("--title", default="", help="Job title.")
        parser.add_argument("--time-zone", default="Europe/London", help="IANA name, such as Europe/London.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = create_person(
                actor=system("create_person"),
                username=options["username"],
                name=options["name"],
                email=options["email"],
                password=_password(),
                job_title=options["title"],
                time_zone=options["time_zone"],
            )
        except PortalError as error:
            raise CommandError(error.reason) from error
        self.stdout.write(f"{user} can now sign in as {user.username}.")


def _password() -> str:
    given = os.environ.get("PORTAL_NEW_PASSWORD")
    if given is not None:
        return given
    password = getpass("Password: ")
    if password != getpass("Password again: "):
        raise CommandError("The two passwords differ. Nothing was changed.")
    return password
