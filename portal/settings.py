"""Settings of the portal. Everything that differs between hosts comes from the environment.

====================== ========================================================================================
``PORTAL_HOME``        the folder that the portal writes to; default ``.portal`` in the checkout
``PUBLIC_URL``         the address people use; ``https://`` turns on secure cookies and HSTS
``ALLOWED_HOSTS``      more host names to answer to, separated by commas
``DATABASE_URL``       a PostgreSQL server, and the login that the portal runs as; default: the embedded one
``OWNER_DATABASE_URL`` the same database, with the login that owns its tables, for ``migrate``; default: one login
``LEDGER_ROLE``        the role that alone may seal the ledger and erase from it; default: none has it to itself
``LEDGER_ANCHOR_MAIL`` addresses that get the ledger's newest checkpoint each hour, separated by commas
``LEDGER_ANCHOR_DIR``  a folder outside the portal that gets it too, such as a share that lets nothing be changed
``LEDGER_TSA_URL``     a time-stamp authority (RFC 3161) that stamps it, and in
``LEDGER_TSA_CA``      the file (PEM) with the certificates that its stamps must lead to
``REDIS_URL``          a Redis server; default: the embedded one
``CACHE_URL``          a Redis server for the cache alone; default: ``REDIS_URL``
``EMAIL_URL``          an SMTP server; default: mail is written to files in ``PORTAL_HOME/mail``
``EMAIL_FROM``         the sender of the portal's mail
``PROXIES``            how many web servers of ours stand in front and add to X-Forwarded-For; default 0
``SECRET_KEY``         default: made once, kept in ``PORTAL_HOME/secret.key``
``LOG_LEVEL``          default ``INFO``
====================== ========================================================================================
"""

import os
import sys
from urllib.parse import urlsplit

from portal.addresses import broker_url, database_from_url, email_from_url
from portal.embedded import postgres, redis
from portal.home import BASE_DIR, folder, home, secret

PORTAL_HOME = home()
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8000").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")

DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY") or secret("secret.key")
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    urlsplit(PUBLIC_URL).hostname or "localhost",
    *filter(None, os.environ.get("ALLOWED_HOSTS", "").split(",")),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "template_partials",
    "apps.core",
    "apps.audit",
    "apps.outbox",
    "apps.lifecycle",
    "apps.accounts",
    "apps.catalog",
    "apps.approvals",
    "apps.calendar",
    "apps.cards",
    "apps.discussions",
    "apps.evidence",
    "apps.playbooks",
    "apps.policy",
    "apps.changes",
    "apps.gates",
    "apps.reviews",
    "apps.retention",
    "apps.insights",
    "apps.exports",
    "apps.web",
    "apps.api",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.security.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.compression.CompressPages",
    "portal.security.ReadableAddress",
    "portal.security.BodyLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.web.middleware.ReaderTimeZone",
    "apps.web.errors.PortalErrorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.web.context.portal",
            ],
            "builtins": ["django.templatetags.static", "apps.web.templatetags.portal"],
        },
    },
]

# Time and language
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"

# PostgreSQL, Redis, mail. Several test processes share one Redis: each takes two of its sixteen databases.
DATABASE_URL = os.environ.get("DATABASE_URL", "")
if DATABASE_URL:
    DATABASES = {"default": database_from_url(DATABASE_URL)}
    OWNER_DATABASE = database_from_url(os.environ.get("OWNER_DATABASE_URL") or DATABASE_URL)
    LEDGER_ROLE = os.environ.get("LEDGER_ROLE", "")
else:
    DATABASES = {"default": postgres.settings()}
    OWNER_DATABASE = postgres.owner_settings()
    LEDGER_ROLE = postgres.LEDGER
REDIS_DATABASE = int(os.environ.get("PORTAL_REDIS_DATABASE", "0"))
REDIS_URL = os.environ.get("REDIS_URL") or f"{redis.url()}?db={REDIS_DATABASE}"
CACHE_URL = (
    os.environ.get("CACHE_URL") or os.environ.get("REDIS_URL") or f"{redis.url()}?db={REDIS_DATABASE + 1}"
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portal",
    }
}
EMAIL_URL = os.environ.get("EMAIL_URL", "")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = folder("mail")
if EMAIL_URL:
    globals().update(email_from_url(EMAIL_URL))
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "Countersign <countersign@localhost>")

# Where the ledger's newest checkpoint is left each hour, outside the portal.
LEDGER_ANCHOR_MAIL = [
    each.strip() for each in os.environ.get("LEDGER_ANCHOR_MAIL", "").split(",") if each.strip()
]
LEDGER_ANCHOR_DIR = os.environ.get("LEDGER_ANCHOR_DIR", "")
LEDGER_TSA_URL = os.environ.get("LEDGER_TSA_URL", "")
LEDGER_TSA_CA = os.environ.get("LEDGER_TSA_CA", "")

# Celery. A task is acknowledged when it is done, so a killed worker's task runs again: tasks are idempotent.
CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_RESULT_BACKEND = broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 840
# Bundles take minutes. In a queue of their own they keep no seal, mail or reminder waiting.
CELERY_TASK_ROUTES = {"apps.exports.tasks.task_write_export": {"queue": "exports"}}
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(PORTAL_HOME / "beat.schedule")

# People and sessions
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# Attempts to sign in are limited per address. Behind a proxy all come from its own, so X-Forwarded-For is believed
# for as many hops as the operator names, and for none otherwise: a visitor can write what they like into it.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("PROXIES", "0"))
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "apps.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_FORMS = {
    "authenticate": "apps.web.forms.second_factors.SignInCodeForm",
    "authenticate_webauthn": "apps.web.forms.second_factors.SignInPasskeyForm",
}
# A passkey is two factors only when the device makes sure whose hand it is in.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are kept by operators
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "apps.web.views.errors.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS

# What browsers are told
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# Evidence is a file that a tool wrote. It comes beside a few fields; apps.evidence says how large it may be.
EVIDENCE_PATHS = r"/(api/v1/)?changes/[^/]+/evidence/"
EVIDENCE_BODY_LIMIT = 21_000_000

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.api.authentication.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.api.parsers.StorableJSON"],
    "DEFAULT_PAGINATION_CLASS": "apps.api.pagination.Newest",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Countersign",
    "DESCRIPTION": "Change control for machine-learning systems. Errors are problem documents (RFC 9457).",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "ChangeStateEnum": "apps.changes.enums.ChangeState",
        "ReviewStateEnum": "apps.reviews.enums.ReviewState",
        "CardStateEnum": "apps.cards.enums.CardState",
        "UseStateEnum": "apps.playbooks.enums.UseState",
        "PeriodKindEnum": "apps.calendar.enums.PeriodKind",
        "FreezeOutcomeEnum": "apps.calendar.enums.Outcome",
        "ReviewOutcomeEnum": "apps.reviews.enums.Outcome",
        "BookingStateEnum": "apps.calendar.enums.BookingState",
        "ExportStateEnum": "apps.exports.enums.ExportState",
        "RequirementStateEnum": "apps.approvals.enums.RequirementState",
        "BriefingStateEnum": "apps.insights.enums.BriefingState",
        "MessageTimeEnum": "apps.changes.enums.MessageTime",
        "AudienceEnum": "apps.changes.enums.Audience",
        "PolicyStateEnum": "apps.approvals.enums.PolicyState",
        "RulesStateEnum": "apps.policy.enums.SetState",
        "RulesStageEnum": "apps.policy.enums.Stage",
        "FactTypeEnum": "apps.policy.enums.FactType",
        "WaiverEndEnum": "apps.policy.enums.WaiverEnd",
        "ComponentKindEnum": "apps.catalog.enums.ComponentKind",
        "DependencyKindEnum": "apps.catalog.enums.DependencyKind",
        "ExportFormatEnum": "apps.exports.enums.ExportFormat",
        "EvidenceFormatEnum": "apps.evidence.enums.Format",
        "EvidenceOutcomeEnum": "apps.evidence.enums.Outcome",
        "RoleEnum": "apps.accounts.enums.Role",
        "OverallEnum": "apps.policy.enums.Overall",
        "DryRunStateEnum": "apps.gates.enums.RehearsalState",
        "CardFormatEnum": "apps.api.serializers.card_files.CARD_FORMATS",
        "UrgencyEnum": "apps.playbooks.enums.Urgency",
    },
}

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = folder("static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if "runserver" in sys.argv:  # a developer looks at pages: serve static files as they are, uncollected
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
MEDIA_ROOT = PORTAL_HOME / "media"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"secrets": {"()": "portal.log_lines.HideFeedSecrets"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]},
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO"), "propagate": False},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
