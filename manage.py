#!/usr/bin/env python
"""Run Django's management commands for the portal."""

import os
import sys

from django.core.management import execute_from_command_line

from portal import embedded

NEEDS_NO_DATABASE = {"check", "collectstatic", "diffsettings", "help", "spectacular", "version"}


def main(arguments: list[str]) -> None:
    """Run one command, with the embedded servers up for those that need them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    if command not in NEEDS_NO_DATABASE and not command.startswith("-") and "--help" not in arguments:
        embedded.acquire()
    execute_from_command_line(arguments)


if __name__ == "__main__":
    main(sys.argv)
