"""The settings of the tests: the application's own, read from an environment that is made here.

TEST_DB=postgresql     run on PostgreSQL: on a server started for the run, or on $TEST_DATABASE_URL
(otherwise)            run on SQLite, in a file, as in production
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

POSTGRESQL = os.environ.get("TEST_DB", "") == "postgresql"

# One folder and one name for a run, shared with the workers that pytest-xdist starts; other runs have theirs.
RUN = os.environ.get("AICMM_TEST_RUN", "")
if not RUN:
    RUN = os.environ["AICMM_TEST_RUN"] = tempfile.mkdtemp(prefix="aicmm-test-")
    atexit.register(shutil.rmtree, RUN, ignore_errors=True)
FOLDER = Path(RUN)

if POSTGRESQL and not os.environ.get("TEST_DATABASE_URL"):
    # Here because nothing runs earlier: pytest-django reads the settings before any conftest.py.
    from scripts import postgres

    os.environ["TEST_DATABASE_URL"] = postgres.start()

for name in (
    "ALLOWED_HOSTS",
    "CACHE_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DEFAULT_FROM_EMAIL",
    "DEMO_PASSWORD",
    "EMAIL_URL",
    "LOG_LEVEL",
    "PORT",
    "SITE_URL",
    "MEDIA_ROOT",
    "STORAGE_URL",
    "TIME_ZONE",
    "TRUSTED_PROXIES",
):
    os.environ.pop(name, None)
os.environ |= {
    "DEBUG": "0",
    "HTTPS": "0",
    "SECOND_LOOK_PERCENT": "0",
    "SECRET_KEY": "only-for-tests",
    "TASKS_BACKEND": "immediate",
    "DATABASE_URL": os.environ["TEST_DATABASE_URL"] if POSTGRESQL else f"sqlite:///{FOLDER / 'nothing.sqlite3'}",
}

from aicmm.settings import *  # noqa: E402, F403 # now that the environment is made
from aicmm.settings import DATABASES, STORAGES  # noqa: E402

DATABASES["default"]["TEST"] = {
    "NAME": FOLDER.name.replace("-", "_").lower() if POSTGRESQL else str(FOLDER / "test.sqlite3")
}
if not POSTGRESQL:
    # What is thrown away at the end does not have to reach the disk.
    DATABASES["default"]["OPTIONS"] |= {
        "init_command": DATABASES["default"]["OPTIONS"]["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    }

# The slow one makes each sign-in a quarter of a second.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Pages name their files without having been through collectstatic; the live server finds them where they are built.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = FOLDER / "static"
STATIC_ROOT.mkdir(exist_ok=True)
MEDIA_ROOT = FOLDER / "media"
