"""`make run`: the application as it is in production, on this machine only, on SQLite, with demo data to sign in to.

`make dev` (--dev) serves the same database with DEBUG on and Django's reloading server.
"""

# What needs django.setup() first is imported where it is used.

import io
import os
import secrets
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import django
from django.core.management import CommandError, call_command

from scripts.console import ROOT, VAR, Stop, running, say, step
from scripts.provision import REQUIREMENTS, fingerprint, one_at_a_time, stamp, stamped

HOST = "127.0.0.1"


def kept(name: str, make: str) -> str:
    """What the file var/<name> holds, made of `make` the first time; only the owner can read it."""
    path = VAR / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(make)
    except FileExistsError:
        pass
    return path.read_text().strip()


def environment(*, dev: bool) -> dict[str, str]:
    """The settings to serve with. DATABASE_URL may name another SQLite file, and DEMO_PASSWORD another password."""
    database = os.environ.get("DATABASE_URL", "")
    if database and not database.startswith("sqlite"):
        raise Stop(
            "DATABASE_URL names a database that is not SQLite, and make run would fill it with demo data:"
            " unset it, or serve as docs/deploy.md describes."
        )
    return {
        "DATABASE_URL": database or f"sqlite:///{VAR / 'aicmm.sqlite3'}",
        "DEBUG": "1" if dev else "0",
        "DEMO_PASSWORD": os.environ.get("DEMO_PASSWORD") or kept("demo_password", secrets.token_urlsafe(12)),
        "DJANGO_SETTINGS_MODULE": "aicmm.settings",
        "HOST": HOST,
        "HTTPS": "0",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "PORT": os.environ.get("PORT", "8000"),
        "SECRET_KEY": kept("secret_key", secrets.token_urlsafe(50)),
    }


def migrate() -> None:
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    Path(settings.DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with step("Database"):
            call_command("migrate", interactive=False, verbosity=0)


def load_rubric() -> None:
    from django.conf import settings

    from rubric.models import Rubric

    made_from = fingerprint([ROOT / "fixtures" / "ai_cmm.yaml"], str(settings.DATABASES["default"]["NAME"]))
    if stamped("rubric", made_from) and Rubric.objects.exists():
        return
    with step("The AI CMM"):
        call_command("loaddata", "ai_cmm", verbosity=0)
    stamp("rubric", made_from)


def make_demo() -> str:
    """Demo organizations, people and assessments. Returns the table of who can sign in."""
    from assessments import demo

    printed = io.StringIO()
    with nullcontext() if demo.is_built() else step("Demo data"):
        call_command("demo", force=True, stdout=printed)
    return printed.getvalue().partition("\n\n")[0]


def collect_static() -> None:
    from django.conf import settings

    built = sorted((ROOT / "static" / "dist").rglob("*"))
    sizes = [f"{path.relative_to(ROOT)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in built]
    made_from = fingerprint([REQUIREMENTS / "base.txt", ROOT / "aicmm" / "settings.py"], *sizes)
    if stamped("static", made_from) and (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return
    with step("Static files, compressed"):
        call_command("collectstatic", interactive=False, verbosity=0)
    stamp("static", made_from)


def prepare(*, dev: bool) -> str:
    """Brings database and files to where serving can begin. Returns the table of who can sign in."""
    from django.db import connections

    try:
        migrate()
        load_rubric()
        people = make_demo()
        if not dev:
            collect_static()
        return people
    except CommandError as error:
        raise Stop(str(error)) from error
    finally:
        connections.close_all()


def greeting(people: str) -> str:
    address = f"http://{HOST}:{os.environ['PORT']}"
    password = f"They all sign in with the password {os.environ['DEMO_PASSWORD']}"
    return f"\nReady: {address}\n\n{people}\n\n{password}\nStop with Ctrl-C."


def main(arguments: Sequence[str]) -> int:
    dev = "--dev" in arguments
    VAR.mkdir(exist_ok=True)
    os.environ |= environment(dev=dev)
    django.setup()
    with one_at_a_time("run"):
        people = prepare(dev=dev)
    sys.stdout.flush()
    if dev:
        say(greeting(people))
        command = ["manage.py", "runserver", f"{HOST}:{os.environ['PORT']}"]
    else:
        os.environ["READY_MESSAGE"] = greeting(people)
        command = ["-m", "gunicorn", "--config", "gunicorn.conf.py", "--log-level", "warning"]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(running(main, sys.argv[1:]))
