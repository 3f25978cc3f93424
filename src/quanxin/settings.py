"""Django's settings, from the variables of ``quanxin.runtime.environment`` and nothing else.

Invariant: importing this module starts nothing, writes nothing and connects to nothing. ``runtime.boot.setup`` does.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.functional import lazy

from quanxin.runtime import environment, postgres, private, sign_ons, slices
from quanxin.runtime.variables import LOG_LEVELS

_ROOM = Path(__file__).resolve().parent

DATA_DIR = environment.data_dir()
PACK = environment.value("QUANXIN_PACK")
ENGINE_THREADS = environment.threads()
ENGINE_MEMORY = environment.value("QUANXIN_ENGINE_MEMORY")
FILE_MEMORY = environment.whole_number("QUANXIN_FILE_MEMORY_MB") << 20
FILE_SECONDS = environment.whole_number("QUANXIN_FILE_SECONDS")
FILE_ROWS = environment.whole_number("QUANXIN_FILE_ROWS")
FILE_UNPACKED = environment.whole_number("QUANXIN_FILE_UNPACKED_MB") << 20
DROP_DIR = environment.folder("QUANXIN_DROP_DIR")
DROP_RESULTS_DIR = environment.folder("QUANXIN_DROP_RESULTS_DIR")
HEARTBEAT_SECONDS = environment.heartbeat()
DROP_QUIET_SECONDS = environment.whole_number("QUANXIN_DROP_QUIET_SECONDS")
SOURCES_DIR = environment.folder("QUANXIN_SOURCES_DIR") or DATA_DIR / "sources"
KEEP_SIGN_INS_DAYS = environment.whole_number("QUANXIN_KEEP_SIGN_INS_DAYS")
KEEP_ANSWERS_DAYS = environment.whole_number("QUANXIN_KEEP_ANSWERS_DAYS")
ONE_TIME_HOURS = environment.whole_number("QUANXIN_ONE_TIME_HOURS")
MISSED_LOOKUPS = environment.whole_number("QUANXIN_MISSED_LOOKUPS")
SOURCE_HOSTS = environment.hosts("QUANXIN_SOURCE_HOSTS")
SOURCE_FILES = environment.folder("QUANXIN_SOURCE_FILES")
SECRETS_DIR = environment.folder("QUANXIN_SECRETS_DIR") or DATA_DIR / "secrets"
KEEP_REFUSED_DAYS = environment.whole_number("QUANXIN_KEEP_REFUSED_DAYS")
OPEN_DATA_DAYS = environment.whole_number("QUANXIN_OPEN_DATA_DAYS")
FEED_DAYS = environment.whole_number("QUANXIN_FEED_DAYS")
WEBHOOK_PRIVATE = environment.choice("QUANXIN_WEBHOOK_PRIVATE", "0", "1") == "1"
WEBHOOK_PORTS = environment.ports("QUANXIN_WEBHOOK_PORTS")
SECURITY_CONTACT = environment.contact("QUANXIN_SECURITY_CONTACT")
ATTACHMENT_MB = environment.megabytes("QUANXIN_ATTACHMENT_MB")
UPLOAD_MB = environment.whole_number("QUANXIN_UPLOAD_MB")
ATTACHMENTS_PER_CASE = environment.whole_number("QUANXIN_ATTACHMENTS_PER_CASE")
ATTACHMENT_ORPHAN_DAYS = environment.whole_number("QUANXIN_ATTACHMENT_ORPHAN_DAYS")
ANTIVIRUS = environment.antivirus()

SECRET_KEY = lazy(lambda: environment.secret("QUANXIN_SECRET_KEY", "secret-key"), str)()
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in environment.value("QUANXIN_ALLOWED_HOSTS").split(",") if host.strip()]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "oauth2_provider",
    "procrastinate.contrib.django",
    *slices.apps(),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "quanxin.web.requests.Told",
    "quanxin.web.middleware.SecurityHeaders",
    "quanxin.web.middleware.Problems",
    "quanxin.web.throttle.Throttle",
    "quanxin.web.middleware.Bounded",
    "quanxin.web.middleware.Answerable",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "quanxin.web.middleware.PlainForms",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "quanxin.accounts.factors.SecondFactor",
    "quanxin.web.middleware.Unstorable",
]
ROOT_URLCONF = "quanxin.web.urls"
WSGI_APPLICATION = "quanxin.web.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "quanxin.web.context.portal"],
        },
    }
]


DATABASES = {"default": postgres.as_django(environment.value("QUANXIN_DATABASE_URL") or postgres.url(DATA_DIR))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # a slice declares its jobs in its jobs.py

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [_ROOM / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_PLAIN = environment.choice("QUANXIN_STATIC", "manifest", "plain") == "plain"
WHITENOISE_USE_FINDERS = STATIC_PLAIN
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if STATIC_PLAIN
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("username", "name")}},
]  # fmt: skip
LOGIN_URL = "desk:sign-in"
LOGIN_REDIRECT_URL = "desk:home"

# Sessions lie in their own table and are told by the platform's clock (accounts.sessions).
SESSION_ENGINE = "quanxin.accounts.sessions"
SESSION_LIFE = dt.timedelta(hours=environment.whole_number("QUANXIN_SESSION_HOURS"))
SESSION_IDLE = dt.timedelta(minutes=environment.whole_number("QUANXIN_SESSION_IDLE_MINUTES"))
SESSION_COOKIE_AGE = int(SESSION_LIFE.total_seconds())
SESSION_COOKIE_NAME = "quanxin_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Signing in: a library's, decided by accounts.adapters; nobody registers, nobody signs in by mail address.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
SECOND_FACTOR = environment.choice("QUANXIN_SECOND_FACTOR", "required", "optional")
SIGN_ONS = sign_ons.read(DATA_DIR)
ACCOUNT_ADAPTER = "quanxin.accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"change_password": "quanxin.accounts.factors.ChangePasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_RATE_LIMITS = False  # the lock of accounts.attempts is told by the database, for every process
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
MFA_ADAPTER = "quanxin.accounts.adapters.FactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "quanxin.accounts.factors.CodeForm", "reauthenticate": "quanxin.accounts.factors.CodeAgainForm",
    "login_webauthn": "quanxin.accounts.factors.LoginKeyForm", "authenticate_webauthn": "quanxin.accounts.factors.KeyForm",
    "reauthenticate_webauthn": "quanxin.accounts.factors.KeyAgainForm",
}  # fmt: skip
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute off; a code is used once all the same (accounts.factors)
SOCIALACCOUNT_ADAPTER = "quanxin.accounts.sign_on.SignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": sign_ons.applications(SIGN_ONS, DATA_DIR)}}
SOCIALACCOUNT_STORE_TOKENS = False

TRUSTED_PROXIES = int(environment.choice("QUANXIN_PROXIES", *map(str, range(6))))
if environment.choice("QUANXIN_HTTPS", "0", "1") == "1":  # the proxy in front speaks https, and says so
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
    SECURE_HSTS_SECONDS = (
        365 * 24 * 3600
    )  # of this host alone: what else a city has under its name is not ours to decide
CSRF_COOKIE_HTTPONLY = True
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"  # its own, named because ours refers to it
OAUTH2_PROVIDER = {
    "SCOPES": {
        "intake": "报送 / hand in",
        "changes": "接收变更 / receive changes",
        "cases": "查看办件 / read cases",
        "cases:act": "办理办件 / act on cases",
        "checks": "信用核查 / check credit",
        "measures": "查询记录后果 / ask what follows from records",
        "classes": "查询分级 / ask for classes",
    },
    "DEFAULT_SCOPES": ["intake", "changes"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "OAUTH2_VALIDATOR_CLASS": "quanxin.api.tokens.Validator",
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # of a token the table holds its digest alone
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 << 20
FILE_UPLOAD_TEMP_DIR = DATA_DIR / private.TEMPORARY
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700

PUBLIC_URL = environment.value("QUANXIN_PUBLIC_URL").rstrip("/")
_SMTP = urlsplit(environment.value("QUANXIN_SMTP_URL"))
EMAIL_HOST = _SMTP.hostname or ""
EMAIL_PORT = _SMTP.port or (465 if _SMTP.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_SMTP.username or ""), unquote(_SMTP.password or "")
EMAIL_USE_SSL = _SMTP.scheme == "smtps"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.value("QUANXIN_MAIL_FROM")

LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

LOG_REQUESTS = environment.choice("QUANXIN_LOG_REQUESTS", "0", "1") == "1"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "quanxin.runtime.log.JsonLines"}},
    "handlers": {"stderr": environment.log_handler() | {"formatter": "json"}},
    "root": {
        "handlers": ["stderr"],
        "level": environment.choice("QUANXIN_LOG_LEVEL", *LOG_LEVELS),
    },
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "quanxin.requests": {"level": "INFO"},  # what was asked and done is told at any level
        "sqlglot": {"level": "ERROR"},  # it repeats whole queries that it cannot read
    },
}
