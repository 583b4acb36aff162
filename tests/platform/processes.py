"""Look at the machine's processes from outside."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def using(mark: str) -> dict[int, str]:
    """Return the command of each other process that has ``mark`` in its arguments or environment."""
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in command + environment and int(folder.name) != os.getpid():
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Tell whether the condition came true within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
