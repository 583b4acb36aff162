from typing import Any

from django.core.management.base import BaseCommand

from demo.load import load


class Command(BaseCommand):
    help = "Fill an empty portal with the demo organisation. A portal with people in it is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        done = load()
        self.stdout.write(
            "The demo organisation is loaded." if done else "There are people here already: left as it is."
        )
