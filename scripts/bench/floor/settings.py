"""The application's settings with bare views.

FLOOR_MIDDLEWARE=bare   leaves only what sessions, CSRF and signing in need
"""

import os

from aicmm.settings import *  # noqa: F403

ROOT_URLCONF = "scripts.bench.floor.urls"
if os.environ.get("FLOOR_MIDDLEWARE") == "bare":
    MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "allauth.account.middleware.AccountMiddleware",  # its app refuses to start without
    ]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [os.environ.get("FLOOR_PAGES", "")],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
