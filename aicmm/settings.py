"""Settings, read from the environment only. README.md lists each with its default."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def required(name: str) -> str:
    """The value of a setting there is no safe default for."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: put it in the environment (README.md, Settings), or set DEBUG=1 to develop."
        )
    return value


def site_url(hosts: list[str], *, https: bool, port: str) -> str:
    """The address that these settings make likely: the first name that is one, else what ".example.gov" ends with."""
    named = [host for host in hosts if host != "*"]
    host = next((host for host in named if not host.startswith(".")), next(iter(named), "127.0.0.1")).removeprefix(".")
    return f"https://{host}" if https else f"http://{host}:{port}"


DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="") or (
    "insecure-for-development-only" if DEBUG else required("SECRET_KEY")
)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Whether people reach the application by https. Only `make run` and development say no.
HTTPS: bool = env.bool("HTTPS", default=not DEBUG)
# The address people reach it by, for what is read outside it, such as a scorecard on paper or a mail's link: never what
# a request says of itself.
SITE_URL: str = env.str("SITE_URL", default="").rstrip("/") or site_url(
    ALLOWED_HOSTS, https=HTTPS, port=env.str("PORT", default="8000")
)
# How many proxies of ours stand in front; X-Forwarded-* are believed from that many only.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)

INSTALLED_APPS = [
    "rubric",
    "assessments",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "csp",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before the first who may answer in a view's place.
    "aicmm.unlisted.unlisted_pages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are long and repeat themselves. It pads them with noise, so that their size doesn't give a token away.
    "aicmm.middleware.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "aicmm.middleware.come_again",
    "aicmm.middleware.database_away",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the first who reads a body, which is the next one.
    "aicmm.middleware.small_bodies",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "aicmm.middleware.private_pages",
    "aicmm.middleware.audit_source",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "assessments.views.unsaved.ReviewsHandedBack",
]

ROOT_URLCONF = "aicmm.urls"
WSGI_APPLICATION = "aicmm.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# ---- Database ----

SQLITE_OPTIONS = {
    # Without IMMEDIATE two writers deadlock on the upgrade from a read lock; see docs/adr.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
POSTGRESQL_OPTIONS = {
    # Whoever waits for the database gets a 503 in seconds, and the page sends again what was typed.
    "connect_timeout": 3,
    "options": "-c lock_timeout=5s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s",
    # A database machine that fell silent is noticed within a dozen seconds, not after two hours.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'aicmm.sqlite3'}")
}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# What the address says itself wins: `?timeout=5` on SQLite; `?options=-c%20statement_timeout%3D0` for a long migration.
_options = SQLITE_OPTIONS if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3" else POSTGRESQL_OPTIONS
DATABASES["default"]["OPTIONS"] = _options | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits are counted here, so every process has to see the same cache.
CACHES: dict[str, dict[str, Any]] = {"default": env.cache_url("CACHE_URL", default="dbcache://cache")}
# Django's own caches throw entries out beyond 300, by their keys: a count that was thrown out would begin anew.
if CACHES["default"]["BACKEND"].startswith(("django.core.cache.backends.db.", "django.core.cache.backends.locmem.")):
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 1_000_000} | CACHES["default"].get("OPTIONS", {})

# ---- People ----

AUTH_USER_MODEL = "assessments.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "assessments.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "assessments.accounts.LoginForm",
    "reset_password": "assessments.accounts.ResetPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[AI CMM] "
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,10/10m/key"}
# What anyone may ask without signing in, by address: see aicmm.rates.
RATES = {"verify-code": "60/m/key", "verify-file": "20/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

EMAIL_CONFIG: dict[str, Any] = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="AI CMM <no-reply@localhost>")

# ---- Safety ----

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "assessments.views.unsaved.csrf_failed"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["aicmm.uploads.RefuseFiles"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

# ---- Pages ----

LANGUAGE_CODE = "en-us"
TIME_ZONE: str = env.str("TIME_ZONE", default="America/New_York")
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [("", BASE_DIR / "static" / "dist")]
# Files that were made for someone, or can be made again; no address serves them, and no other user of the machine reads
# them.
MEDIA_ROOT: str = env.str("MEDIA_ROOT", default="") or str(BASE_DIR / "var" / "files")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
CRISPY_ALLOWED_TEMPLATE_PACKS = "uswds"
CRISPY_TEMPLATE_PACK = "uswds"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# How many days the CoE gives itself to decide on a submission.
REVIEW_DAYS: int = env.int("REVIEW_DAYS", default=10)
# Of a hundred submissions, how many a second reviewer judges, too, without seeing the first one's levels.
SECOND_LOOK_PERCENT: int = env.int("SECOND_LOOK_PERCENT", default=10)

# How many days the visits by a link for people outside are kept after it ended.
VISIT_DAYS: int = env.int("VISIT_DAYS", default=730)

# Where work is done that nobody waits for: in a thread of the web process, or by `manage.py db_worker`.
TASKS_BACKENDS = {
    "thread": "aicmm.tasks.ThreadBackend",
    "database": "django_tasks_db.DatabaseBackend",
    "immediate": "django_tasks.backends.immediate.ImmediateBackend",
}
TASKS_BACKEND: str = env.str("TASKS_BACKEND", default="thread")
if TASKS_BACKEND not in TASKS_BACKENDS:
    raise ImproperlyConfigured(f"TASKS_BACKEND is {TASKS_BACKEND}: it can be {', '.join(TASKS_BACKENDS)}.")
TASKS = {"default": {"BACKEND": TASKS_BACKENDS[TASKS_BACKEND]}}

# How long one PDF may take, and how much memory, before it is given up.
PDF_SECONDS: float = env.float("PDF_SECONDS", default=10.0)
PDF_MEBIBYTES: int = env.int("PDF_MEBIBYTES", default=512)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "aicmm.logs.OneLineFormatter", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
