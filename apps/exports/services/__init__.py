"""Exports of the ledger.

- ``request_export``: ask for a bundle; a worker writes it.
- ``write_requested_bundle``: what the worker does.
- ``resume_exports``: hand over again what was lost.
- ``export_to_file``: write a bundle right here, for the operator's command.
- ``remove_expired``: delete the files whose time is over.
"""

from apps.exports.services.jobs import (
    export_to_file,
    queue_writing,
    remove_expired,
    request_export,
    resume_exports,
    write_requested_bundle,
)

__all__ = [
    "export_to_file",
    "queue_writing",
    "remove_expired",
    "request_export",
    "resume_exports",
    "write_requested_bundle",
]
