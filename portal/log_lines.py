"""What the portal's own log must not hold."""

import logging
import re

_FEED = re.compile(r"(/calendar/feeds/[^/\s_]{0,12})_[^/\s\"']+")


class HideFeedSecrets(logging.Filter):
    """Write the address of a calendar feed without its secret: whoever has the address reads the calendar."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record; mend those that name a feed's address."""
        said = record.getMessage()
        if "/calendar/feeds/" in said:
            record.msg, record.args = _FEED.sub(r"\1_…", said), ()
        return True
