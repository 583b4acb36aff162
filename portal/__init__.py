"""The composition root: settings, addresses, processes. It imports the roof; nobody imports it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
