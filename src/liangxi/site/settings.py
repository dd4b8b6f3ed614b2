"""Django's settings, derived from `config`. Nothing here is read from a file that a deployment must edit."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from liangxi.kit import postgres
from liangxi.site import config

CONFIG = config.read()
BASE = Path(__file__).resolve().parent

SECRET_KEY = config.secret(CONFIG.home, "django")
WEBHOOK_NETWORKS = CONFIG.webhook_networks
CONNECTOR_NETWORKS = CONFIG.connector_networks
DEBUG = CONFIG.debug
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)
if CONFIG.public_url.startswith(("http://", "https://")):
    ALLOWED_HOSTS.append(urlsplit(CONFIG.public_url).hostname or "")
CSRF_TRUSTED_ORIGINS = [CONFIG.public_url]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 2},
    }


def _embedded_url() -> str:
    """The address of the embedded server; before its first start there is nobody to talk to."""
    directory = CONFIG.database_directory
    return postgres.locate(directory).url() if directory.exists() else "postgresql:///liangxi"


DATABASE_URL = CONFIG.database_url or _embedded_url()
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CORE = [
    "codes",
    "calendar",
    "audit",
    "events",
    "people",
    "places",
    "forms",
    "files",
    "certificates",
    "messages",
    "search",
    "lake",
    "engines",
    "cases",
    "webhooks",
]
SYSTEMS = ["data", "federation", "twin", "sensing", "onething", "reviews"]
GATEWAYS = ["rest", "zgw", "mqtt", "ckan", "dcat", "ogcapi", "sensorthings"]
PORTALS = ["design", "citizen", "workbench", "office", "verify", "screen", "opendata"]


def _rooms(floor: str, names: list[str]) -> list[str]:
    root = BASE.parent / floor
    return [f"liangxi.{floor}.{name}" for name in names if (root / name / "__init__.py").exists()]


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    *_rooms("core", CORE),
    *_rooms("systems", SYSTEMS),
    *_rooms("portals", PORTALS),
    *_rooms("gateways", GATEWAYS),
    "liangxi.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "liangxi.core.people.sessions.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "liangxi.site.refusals.Refusals",
]

ROOT_URLCONF = "liangxi.site.urls"
WSGI_APPLICATION = "liangxi.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.home / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE / "static"]
WHITENOISE_USE_FINDERS = True

SESSION_ENGINE = "liangxi.core.people.sessions"
SESSION_COOKIE_NAME = "__Host-session" if CONFIG.secure else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.secure
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["liangxi.core.people.sessions.AccountBackend"]
SAMPLE_PASSWORD = "Taihu-2026!"  # noqa: S105 of the invented identities of a sample city, which say that they are
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
