"""Read DATABASE_URL, REDIS_URL and EMAIL_URL into Django's settings."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadAddress(Exception):
    """An address in the environment cannot be used. The message names it and holds no password."""


def database_from_url(url: str) -> dict[str, Any]:
    """Return Django's settings for ``postgresql://user:password@host:port/name?sslmode=require``.

    A socket folder is written as the query field ``host``, as libpq has it. Other query fields go to libpq.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise BadAddress("DATABASE_URL must start with postgresql://. The portal needs PostgreSQL.")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise BadAddress("DATABASE_URL names no database. Write it as postgresql://user:password@host/name.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", unquote(parts.hostname or ""))
    return postgresql(
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=host,
        port=str(parts.port or ""),
        options=options,
    )


def postgresql(
    *, name: str, user: str, password: str, host: str, port: str = "", options: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return Django's settings for one PostgreSQL database. A connection lives for ten minutes at most."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "OPTIONS": options or {},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def broker_url(redis_url: str) -> str:
    """Return Celery's spelling of a Redis address: ``unix://`` becomes ``redis+socket://``."""
    if redis_url.startswith("unix://"):
        path, _, query = redis_url.removeprefix("unix://").partition("?")
        database = dict(parse_qsl(query)).get("db", "0")
        return f"redis+socket://{path}?virtual_host={database}"
    return redis_url


def email_from_url(url: str) -> dict[str, Any]:
    """Return Django's mail settings for ``smtp://user:password@host:587?tls=true`` (or ``smtps://``)."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadAddress("EMAIL_URL must look like smtp://user:password@host:587?tls=true.")
    query = dict(parse_qsl(parts.query))
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and query.get("tls", "true") == "true",
        "EMAIL_TIMEOUT": 20,
    }
