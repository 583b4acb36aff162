"""Which IANA zone a calendar file means."""

import re
from collections.abc import Mapping

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from apps.core.clock import zone_names


def zone_meant(tzid: str, located: Mapping[str, str]) -> str:
    """Return the IANA name of what a file calls a zone, or nothing when nobody can tell.

    Beside IANA's own names it knows those of Windows (Outlook), the place that the file itself gives for a zone
    (X-LIC-LOCATION), and a name with something before it, such as ``/example.org/2005/Europe/London``.
    """
    for name in (tzid, located.get(tzid, ""), WINDOWS_TO_OLSON.get(tzid, "")):
        if name.strip("/") in zone_names():
            return name.strip("/")
    for start in re.finditer(r"(?<![A-Za-z])[A-Z]", tzid):
        name = tzid[start.start() :]
        if "/" in name and name in zone_names():
            return name
    return ""
