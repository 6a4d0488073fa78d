"""What load balancers ask."""

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rubric.models import Rubric


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up. Asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, its migrations are applied, and a rubric is published; 503 and the reason otherwise."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return _not_ready("migrations are not applied: run manage.py migrate")
    if not Rubric.objects.published().exists():
        return _not_ready("no rubric is published: run manage.py loaddata ai_cmm")
    return HttpResponse("ready", content_type="text/plain")


def _not_ready(reason: str) -> HttpResponse:
    return HttpResponse(reason, status=503, content_type="text/plain", headers={"Retry-After": "10"})
