"""Every setting of Socket, in titled sections. What differs between machines comes from the environment, read here."""

from pathlib import Path
from urllib.parse import urlsplit

import environ

from socketapp.embedded import kept_keys, valkey_socket
from socketapp.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

# ── The environment ─────────────────────────────────────────────────────────────────────────────────

env = environ.Env()
env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", default=False)
HAS_GALLERY = DEBUG  # every component in every state, at /_gallery/
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", SITE_HOST])
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
EMAIL_URL = env.str("EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Socket <socket@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="console")  # or "json"
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # how many proxies stand in front and set X-Forwarded-*

# Without keys of its own an installation makes some once and keeps them under var/; check_setup asks for real ones.
GENERATED_KEYS = [name for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS") if not env.str(name, default="")]
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_keys(VAR_DIR)["secret_key"]
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [kept_keys(VAR_DIR)["field_encryption_key"]]

XERO_AUTHORIZE_URL = env.str("XERO_AUTHORIZE_URL", default="https://login.xero.com/identity/connect/authorize")
XERO_IDENTITY_URL = env.str("XERO_IDENTITY_URL", default="https://identity.xero.com")
XERO_API_URL = env.str("XERO_API_URL", default="https://api.xero.com")
XERO_APP_URL = env.str("XERO_APP_URL", default="https://go.xero.com").rstrip("/")  # where people see an invoice
XERO_CLIENT_ID = env.str("XERO_CLIENT_ID", default="")
XERO_CLIENT_SECRET = env.str("XERO_CLIENT_SECRET", default="")

# ── Applications ────────────────────────────────────────────────────────────────────────────────────

INSTALLED_APPS = [  # without rest_framework: we use none of its pages, and workers would load it with the first letter
    "socketapp",
    "proposals",
    "xero_sync",
    "billing",
    "notifications",
    "clients",
    "allauth",
    "allauth.account",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "django_celery_beat",
    "django_structlog",
    "csp",
    "django.contrib.admin.apps.SimpleAdminConfig",  # its pages are found by socketapp.urls, which workers do not load
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "socketapp.urls"
WSGI_APPLICATION = "socketapp.wsgi.application"
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
                "socketapp.ui.shell",
            ],
            "builtins": ["socketapp.templatetags.ui"],
        },
    }
]

# ── Database: SQLite, or whatever DATABASE_URL names ────────────────────────────────────────────────

if DATABASE_URL:
    DATABASES = {"default": {**env.db_url("DATABASE_URL"), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
else:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "socket.sqlite3",
            "CONN_MAX_AGE": 60,  # to open it takes longer than most that is asked of it
            # With deferred transactions 38 % of concurrent writes fail as locked; with these options none do.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
                "PRAGMA journal_size_limit=27103364;",
            },
        }
    }

# ── Broker and cache: the embedded Valkey, or whatever REDIS_URL names ──────────────────────────────
# The cache has a database of its own, because clearing a cache empties its whole database.

VALKEY_SOCKET = valkey_socket(VAR_DIR)

if REDIS_URL:
    _redis = urlsplit(REDIS_URL)
    CELERY_BROKER_URL = REDIS_URL
    CACHE_URL = _redis._replace(path=f"/{int(_redis.path.strip('/') or 0) + 1}").geturl()
else:
    CELERY_BROKER_URL = f"redis+socket://{VALKEY_SOCKET}"
    CACHE_URL = f"unix://{VALKEY_SOCKET}?db=1"

_redis_cache = "django.core.cache.backends.redis.RedisCache"
CACHES = {"default": {"BACKEND": _redis_cache, "LOCATION": CACHE_URL, "KEY_PREFIX": "socket"}}

# ── Workers: the database is the queue, Celery rings the bell ───────────────────────────────────────

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 180  # only the prefork pool enforces it; in threads every call has its own timeout
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=8)
# Threads of a worker that work at once: its interpreter runs one. With a database server another may wait for that; on
# SQLite two would wait for each other, the one writer, and look again ever more seldom.
WORKER_DESKS = 2 if DATABASE_URL else 1
WORKER_PROCESSES = env.int("WORKER_PROCESSES", default=1)  # how many workers share Xero's limit for our app
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 5,  # a broker that swallows packets must not hold a page,
    "socket_timeout": 10,  # nor one that falls silent a worker
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,  # by default a dead worker's messages come back only every 100 s
}
CELERY_TIMEZONE = "UTC"
CLOCK = "clients.operations.database_now"  # what tasks go by: workers' own clocks may differ; a test travels in time

# ── The clock: beat copies these into its tables at start, where the admin can adjust them ──────────

CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "ring-for-imports": {"task": "clients.tasks.sweep_imports", "schedule": 60.0},
    "seal-audit": {"task": "clients.tasks.seal_audit", "schedule": 60.0},
    "verify-audit": {"task": "clients.tasks.verify_audit", "schedule": 24 * 3600.0},
    "send-letters": {"task": "notifications.tasks.send_due", "schedule": 30.0},
    "billing": {"task": "billing.tasks.tick", "schedule": 60.0},
    "proposals": {"task": "proposals.tasks.tick", "schedule": 60.0},
    "xero-sweep": {"task": "xero_sync.tasks.sweep", "schedule": 5.0},
    "xero-rechecks": {"task": "xero_sync.tasks.ring_for_rechecks", "schedule": 30.0},
    "xero-nightly": {"task": "xero_sync.tasks.nightly", "schedule": 300.0},
    "xero-connections": {"task": "xero_sync.tasks.check_connections", "schedule": 600.0},
    "xero-tokens": {"task": "xero_sync.tasks.refresh_tokens", "schedule": 6 * 3600.0},
}

# ── Ledgers: where invoices go, by the name an invoice keeps ────────────────────────────────────────

LEDGERS: dict[str, str] = {"xero": "xero_sync.ledger.XeroLedger"}
XERO_GATEWAY = "xero_sync.gateway.open_gateway"
XERO_CHECKPOINT = ""  # the fault tests end a worker where this is called

MATCH_STATES: dict[str, str] = {  # by which the list of clients can be filtered
    "linked": "Linked",
    "suggested": "Suggested",
    "unmatched": "Unmatched",
    "archived": "Archived in Xero",
    "merged": "Merged in Xero",
}
MATCH_FILTER = "xero_sync.reports.matching_queue.clients_in_state"  # found(practice, state) -> clients

# ── The shell and Home: whom they ask, by name; see socketapp.ui and socketapp.home ─────────────────

COUNTS: list[str] = [  # counts(practice) -> dict of what waits behind the doors of the navigation, by name
    "billing.views.attention.counts",
]
BANNERS: list[str] = [  # banners(practice, at) -> list of Banner
    "xero_sync.reports.banners.banners",
]
UNREAD: list[str] = ["notifications.outbox.unread_count"]  # unread(user, practice) -> int
ATTENTION: list[str] = [  # attention(membership, at) -> list of Card
    "clients.views.attention.attention",
    "xero_sync.reports.attention.attention",
    "billing.views.attention.attention",
    "proposals.operations.attention",
]
OVERVIEW: list[str] = [  # overview(membership, at) -> list of Panel
    "billing.views.attention.overview",
    "proposals.reports.overview",
    "proposals.reports.recently",  # what happened lately becomes one panel, whichever app tells of it
    "billing.reports.recently.recently",
    "clients.views.attention.recently",
    "xero_sync.reports.overview.recently",
    "xero_sync.reports.overview.overview",
]

# ── People: login by e-mail, joining by invitation ──────────────────────────────────────────────────

AUTH_USER_MODEL = "clients.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": f"{_validation}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {"NAME": f"{_validation}.NumericPasswordValidator"},
]
INVITATION_LETTER = "notifications.outbox.invite"  # clients stands below notifications and finds it by this name
ACCOUNT_ADAPTER = "socketapp.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"  # reads come from the cache, the database keeps them
SESSION_COOKIE_AGE = 12 * 60 * 60
ACCOUNT_SESSION_COOKIE_AGE = 14 * 24 * 60 * 60  # with "Stay signed in for 14 days"

# ── E-mail: files under var/mail, or whatever EMAIL_URL names ───────────────────────────────────────

if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 20

# ── Static files and uploads ────────────────────────────────────────────────────────────────────────

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=VAR_DIR / "media")
MEDIA_URL = "/-/media/"  # never served: documents are handed out by views that ask who wants them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# ── Language and time ───────────────────────────────────────────────────────────────────────────────

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

# ── Security ────────────────────────────────────────────────────────────────────────────────────────

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{name: ["'none'"] for name in ("default-src", "frame-ancestors", "base-uri")},
        **{name: ["'self'"] for name in ("script-src", "style-src", "font-src", "connect-src", "form-action")},
        "img-src": ["'self'", "data:"],
    }
}

# ── API ─────────────────────────────────────────────────────────────────────────────────────────────

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["clients.access.programs.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["clients.access.programs.PracticePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "clients.access.programs.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "NUM_PROXIES": TRUSTED_PROXIES,  # else a caller could name any address as its own
    "EXCEPTION_HANDLER": "socketapp.problems.problem",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Socket",
    "DESCRIPTION": "Proposals, billing plans and invoices.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ProposalStatus": "proposals.models.Proposal.Status",
        "ProposalKind": "proposals.models.Proposal.Kind",
        "PlanStatus": "billing.models.BillingPlan.Status",
        "InvoiceStatus": "billing.models.Invoice.Status",
        "InvoiceKind": "billing.models.Invoice.Kind",
        "WorkStatus": "billing.models.WorkItem.Status",
        "SyncStatus": "xero_sync.models.SyncRun.Status",
        "ConnectionStatus": "xero_sync.models.Connection.Status",
        "ContactStatus": "xero_sync.models.Contact.Status",
    },
    "AUTHENTICATION_WHITELIST": ["clients.access.programs.TokenAuthentication"],
}

# ── Logs: one line per event, with request and task ids; no bodies, no secrets ──────────────────────

DJANGO_STRUCTLOG_CELERY_ENABLED = True
LOGGING = logging_settings(level=LOG_LEVEL, form=LOG_FORMAT)
