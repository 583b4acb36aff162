"""Processes of the bench that work at the same time, and are told what to do line by line."""

import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

END = "end\n"


class Child:
    """A forked process that hears lines on its standard input and says lines on its standard output."""

    def __init__(self, work: Callable[[], object]) -> None:
        from django.db import connection

        connection.close()
        to_child, self._to = os.pipe()
        self._from, from_child = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            self._be(work, to_child, from_child)
        os.close(to_child)
        os.close(from_child)
        self._heard = os.fdopen(self._from)

    def _be(self, work: Callable[[], object], to_child: int, from_child: int) -> NoReturn:
        status = 1
        try:
            os.close(self._to)
            sys.stdin, sys.stdout = os.fdopen(to_child), os.fdopen(from_child, "w")
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def say(self, line: str) -> None:
        os.write(self._to, line.encode())

    def hear(self) -> str:
        line = self._heard.readline()
        assert line, "A process of the bench ended early."
        return line

    def end(self) -> None:
        """Tell it to end, and wait until it has. Its input stays open: children made later hold it too."""
        self.say(END)
        self.bury()

    def bury(self) -> None:
        """Wait until it has ended."""
        assert os.waitpid(self._pid, 0)[1] == 0, "A process of the bench failed."
