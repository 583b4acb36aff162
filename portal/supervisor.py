"""Start the portal's processes together, and stop them together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 10
POLL_SECONDS = 0.2
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """End this process when its parent ends, even by SIGKILL. Runs between fork and exec."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Make:
    """The ``make`` that started us, if one did.

    On SIGINT make waits for its children without telling them: a terminal's Ctrl-C has already told everybody. A
    signal sent to make alone shows in one way only: make stops catching it.
    """

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.watched = "MAKELEVEL" in os.environ and self._catches_interrupt()

    def wants_to_stop(self) -> bool:
        """Tell whether make has gone, or was interrupted."""
        return self.watched and not (os.getppid() == self.pid and self._catches_interrupt())

    def _catches_interrupt(self) -> bool:
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return False
        caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "SigCgt: 0")
        return bool(int(caught.split()[1], 16) & 1 << (signal.SIGINT - 1))


@dataclass
class Supervisor:
    """Runs named commands until one of them ends, or until this process gets SIGINT or SIGTERM.

    Each command has a session of its own: a Ctrl-C reaches this process alone, which then ends the others.
    """

    commands: dict[str, list[str]]
    ready: Callable[[], bool]
    announce: Callable[[], None]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    make: Make = field(default_factory=Make)
    stopping: bool = False

    def run(self) -> int:
        """Run everything and return the exit status: 0 when asked to stop, 1 when a child ended by itself."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            self._start()
            ended = self._watch()
        finally:
            self._stop()
        if ended:
            print(f"{ended} ended by itself, so everything was stopped.", file=sys.stderr)
        return 1 if ended else 0

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self) -> None:
        for name, command in self.commands.items():
            if not self.stopping:
                self.children[name] = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent
                )

    def _watch(self) -> str:
        """Wait until asked to stop. Return the name of the child that ended before that, or nothing."""
        announced = False
        while not (self.stopping or self.make.wants_to_stop()):
            ended = next((name for name, child in self.children.items() if child.poll() is not None), "")
            if ended:
                return "" if self.stopping else ended
            if not announced and self.ready():
                announced = True
                self.announce()
            time.sleep(POLL_SECONDS)
        return ""

    def _stop(self) -> None:
        """End every child, politely first. What has not ended in ten seconds is killed."""
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            _kill_group(child)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child's session."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    child.wait()
