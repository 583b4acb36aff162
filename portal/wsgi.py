"""The web process: ``gunicorn portal.wsgi``."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from portal import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
embedded.acquire()
application = get_wsgi_application()
# What was loaded by now stays for good. A full collection that walked it cost one page in twenty a tenth of a second.
assert get_resolver().url_patterns
gc.collect()
gc.freeze()
