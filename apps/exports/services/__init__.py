"""Exports of the ledger.

- ``request_export``: ask for one; a worker writes it.
- ``write_requested_export``: what the worker does.
- ``resume_exports``: hand over again what was lost.
- ``export_to_file``: write one right here, for the operator's command.
- ``cancel_export``: end one before it is written.
- ``fetch_export``: take the file away.
- ``remove_expired``: delete the files whose time is over.
- ``warn_of_ledger_trouble``: tell auditors and change managers that the ledger is not what was signed.
"""

from apps.exports.services.downloads import fetch_export, remove_expired
from apps.exports.services.endings import SUFFIX, cancel_export
from apps.exports.services.jobs import (
    export_to_file,
    queue_writing,
    request_export,
    resume_exports,
    write_requested_export,
)
from apps.exports.services.watching import warn_of_ledger_trouble

__all__ = [
    "SUFFIX",
    "cancel_export",
    "export_to_file",
    "fetch_export",
    "queue_writing",
    "remove_expired",
    "request_export",
    "resume_exports",
    "warn_of_ledger_trouble",
    "write_requested_export",
]
