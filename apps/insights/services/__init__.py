"""Telling people regularly.

- ``send_digests``: once a week, what touches what a person's teams own.
"""

from apps.insights.services.digests import send_digests

__all__ = ["send_digests"]
