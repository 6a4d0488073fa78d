"""Every address asked by everyone, against a table that says what each gets.

The addresses come from the URL resolver: one without a line in the table fails. The people: nobody signed in; someone
in no organization; a lead of another organization; viewer, contributor and lead of the organization asked about;
reviewer and administrator of the CoE.
"""

import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from aicmm import pdf
from assessments import actions
from assessments.actions import AnswerEntry
from assessments.datatypes import EvidenceLink
from assessments.models import (
    Assessment,
    AuditEvent,
    ExportJob,
    ExportState,
    Membership,
    Role,
    SavedSearch,
    Scorecard,
    State,
    User,
)
from assessments.tasks import make_zip
from rubric.models import Area, Question, Rubric
from tests.factories import (
    PASSWORD,
    Agency,
    answer_all,
    answer_fields,
    client_of,
    make_invitation,
    make_returned,
    make_share_link,
    make_submitted,
    make_user,
)

PEOPLE = ("anonymous", "nobody", "outsider", "viewer", "contributor", "lead", "reviewer", "administrator")

TABLE = """
                                            # anonymous nobody outsider viewer contributor lead reviewer administrator
home                                  GET   200 200 200 200 200 200 200 200
home                                  POST  405 405 405 405 405 405 405 405
healthz                               GET   200 200 200 200 200 200 200 200
healthz                               POST  405 405 405 405 405 405 405 405
readyz                                GET   200 200 200 200 200 200 200 200
readyz                                POST  405 405 405 405 405 405 405 405
how-scoring-works                     GET   200 200 200 200 200 200 200 200
how-scoring-works                     POST  405 405 405 405 405 405 405 405
verify-paper                          GET   200 200 200 200 200 200 200 200
verify-paper                          POST  422 422 422 422 422 422 422 422
verify                                GET   200 200 200 200 200 200 200 200
verify                                POST  405 405 405 405 405 405 405 405
assessments                           GET   302 200 200 200 200 200 200 200
assessments                           POST  405 405 405 405 405 405 405 405
assessment-new                        GET   302 403 200 403 403 200 403 403
assessment-new                        POST  302 403 422 403 403 422 403 403
assessment draft                      GET   302 404 404 200 200 200 404 404
assessment draft                      POST  405 405 405 405 405 405 405 405
assessment submitted                  GET   302 404 404 200 200 200 200 200
assessment submitted                  POST  405 405 405 405 405 405 405 405
assessment returned                   GET   302 404 404 200 200 200 200 200
assessment returned                   POST  405 405 405 405 405 405 405 405
save-answer draft                     GET   405 405 405 405 405 405 405 405
save-answer draft                     POST  401 404 404 403 422 422 404 404
save-answer submitted                 GET   405 405 405 405 405 405 405 405
save-answer submitted                 POST  401 404 404 403 403 403 403 403
save-answer returned                  GET   405 405 405 405 405 405 405 405
save-answer returned                  POST  401 404 404 403 422 422 403 403
result draft                          GET   302 404 404 200 200 200 404 404
result draft                          POST  405 405 405 405 405 405 405 405
result submitted                      GET   302 404 404 200 200 200 200 200
result submitted                      POST  405 405 405 405 405 405 405 405
result returned                       GET   302 404 404 200 200 200 200 200
result returned                       POST  405 405 405 405 405 405 405 405
peers draft                           GET   302 404 404 200 200 200 404 404
peers draft                           POST  405 405 405 405 405 405 405 405
peers submitted                       GET   302 404 404 200 200 200 200 200
peers submitted                       POST  405 405 405 405 405 405 405 405
peers returned                        GET   302 404 404 200 200 200 200 200
peers returned                        POST  405 405 405 405 405 405 405 405
scorecard-pdf draft                   GET   302 404 404 200 200 200 404 404
scorecard-pdf draft                   POST  405 405 405 405 405 405 405 405
scorecard-pdf submitted               GET   302 404 404 200 200 200 200 200
scorecard-pdf submitted               POST  405 405 405 405 405 405 405 405
scorecard-pdf returned                GET   302 404 404 200 200 200 200 200
scorecard-pdf returned                POST  405 405 405 405 405 405 405 405
brief-pdf draft                       GET   302 404 404 200 200 200 404 404
brief-pdf draft                       POST  405 405 405 405 405 405 405 405
brief-pdf submitted                   GET   302 404 404 200 200 200 200 200
brief-pdf submitted                   POST  405 405 405 405 405 405 405 405
brief-pdf returned                    GET   302 404 404 200 200 200 200 200
brief-pdf returned                    POST  405 405 405 405 405 405 405 405
radar-svg draft                       GET   302 404 404 200 200 200 404 404
radar-svg draft                       POST  405 405 405 405 405 405 405 405
radar-svg submitted                   GET   302 404 404 200 200 200 200 200
radar-svg submitted                   POST  405 405 405 405 405 405 405 405
radar-svg returned                    GET   302 404 404 200 200 200 200 200
radar-svg returned                    POST  405 405 405 405 405 405 405 405
summary draft                         GET   302 404 404 200 200 200 404 404
summary draft                         POST  405 405 405 405 405 405 405 405
summary submitted                     GET   302 404 404 200 200 200 200 200
summary submitted                     POST  405 405 405 405 405 405 405 405
summary returned                      GET   302 404 404 200 200 200 200 200
summary returned                      POST  405 405 405 405 405 405 405 405
summary-mail draft                    GET   302 404 404 200 200 200 404 404
summary-mail draft                    POST  405 405 405 405 405 405 405 405
summary-mail submitted                GET   302 404 404 200 200 200 200 200
summary-mail submitted                POST  405 405 405 405 405 405 405 405
summary-mail returned                 GET   302 404 404 200 200 200 200 200
summary-mail returned                 POST  405 405 405 405 405 405 405 405
export-json draft                     GET   302 404 404 200 200 200 404 404
export-json draft                     POST  405 405 405 405 405 405 405 405
export-json submitted                 GET   302 404 404 200 200 200 200 200
export-json submitted                 POST  405 405 405 405 405 405 405 405
export-json returned                  GET   302 404 404 200 200 200 200 200
export-json returned                  POST  405 405 405 405 405 405 405 405
export-csv draft                      GET   302 404 404 200 200 200 404 404
export-csv draft                      POST  405 405 405 405 405 405 405 405
export-csv submitted                  GET   302 404 404 200 200 200 200 200
export-csv submitted                  POST  405 405 405 405 405 405 405 405
export-csv returned                   GET   302 404 404 200 200 200 200 200
export-csv returned                   POST  405 405 405 405 405 405 405 405
export-xlsx draft                     GET   302 404 404 200 200 200 404 404
export-xlsx draft                     POST  405 405 405 405 405 405 405 405
export-xlsx submitted                 GET   302 404 404 200 200 200 200 200
export-xlsx submitted                 POST  405 405 405 405 405 405 405 405
export-xlsx returned                  GET   302 404 404 200 200 200 200 200
export-xlsx returned                  POST  405 405 405 405 405 405 405 405
submit draft                          GET   302 404 404 403 403 200 404 404
submit draft                          POST  302 404 404 403 403 409 404 404
submit submitted                      GET   302 404 404 403 403 302 403 403
submit submitted                      POST  302 404 404 403 403 302 403 403
submit returned                       GET   302 404 404 403 403 200 403 403
submit returned                       POST  302 404 404 403 403 302 403 403
share draft                           GET   302 404 404 403 403 302 404 404
share draft                           POST  302 404 404 403 403 302 404 404
share submitted                       GET   302 404 404 403 403 200 403 403
share submitted                       POST  302 404 404 403 403 422 403 403
share returned                        GET   302 404 404 403 403 200 403 403
share returned                        POST  302 404 404 403 403 422 403 403
share-visits draft                    GET   302 404 404 403 403 404 404 404
share-visits draft                    POST  405 405 405 405 405 405 405 405
share-visits submitted                GET   302 404 404 403 403 200 403 403
share-visits submitted                POST  405 405 405 405 405 405 405 405
share-visits returned                 GET   302 404 404 403 403 404 403 403
share-visits returned                 POST  405 405 405 405 405 405 405 405
share-revoke draft                    GET   302 404 404 403 403 404 404 404
share-revoke draft                    POST  302 404 404 403 403 404 404 404
share-revoke submitted                GET   302 404 404 403 403 200 403 403
share-revoke submitted                POST  302 404 404 403 403 302 403 403
share-revoke returned                 GET   302 404 404 403 403 404 403 403
share-revoke returned                 POST  302 404 404 403 403 404 403 403
shared                                GET   200 200 200 200 200 200 200 200
shared                                POST  302 302 302 302 302 302 302 302
shared-pdf                            GET   200 200 200 200 200 200 200 200
shared-pdf                            POST  405 405 405 405 405 405 405 405
shared-brief-pdf                      GET   200 200 200 200 200 200 200 200
shared-brief-pdf                      POST  405 405 405 405 405 405 405 405
rename draft                          GET   302 404 404 403 403 200 404 404
rename draft                          POST  302 404 404 403 403 422 404 404
rename submitted                      GET   302 404 404 403 403 302 403 403
rename submitted                      POST  302 404 404 403 403 302 403 403
rename returned                       GET   302 404 404 403 403 200 403 403
rename returned                       POST  302 404 404 403 403 422 403 403
discard draft                         GET   302 404 404 403 403 200 404 404
discard draft                         POST  302 404 404 403 403 302 404 404
discard submitted                     GET   302 404 404 403 403 302 403 403
discard submitted                     POST  302 404 404 403 403 302 403 403
discard returned                      GET   302 404 404 403 403 302 403 403
discard returned                      POST  302 404 404 403 403 302 403 403
area draft                            GET   302 404 404 200 200 200 404 404
area draft                            POST  302 404 404 403 302 302 404 404
area submitted                        GET   302 404 404 200 200 200 200 200
area submitted                        POST  302 404 404 403 302 302 403 403
area returned                         GET   302 404 404 200 200 200 200 200
area returned                         POST  302 404 404 403 302 302 403 403
compare                               GET   302 404 404 200 200 200 200 200
compare                               POST  405 405 405 405 405 405 405 405
trend                                 GET   302 404 404 200 200 200 200 200
trend                                 POST  405 405 405 405 405 405 405 405
leadership                            GET   302 404 404 200 200 200 200 200
leadership                            POST  405 405 405 405 405 405 405 405
organization-portfolio-pdf            GET   302 404 404 200 200 200 200 200
organization-portfolio-pdf            POST  405 405 405 405 405 405 405 405
people                                GET   302 404 404 200 200 200 404 200
people                                POST  405 405 405 405 405 405 405 405
invite                                GET   405 405 405 405 405 405 405 405
invite                                POST  302 404 404 403 403 422 404 422
withdraw                              GET   405 405 405 405 405 405 405 405
withdraw                              POST  302 404 404 403 403 302 404 302
set-role                              GET   405 405 405 405 405 405 405 405
set-role                              POST  302 404 404 403 403 302 404 302
remove-member                         GET   302 404 404 403 403 200 404 200
remove-member                         POST  302 404 404 403 403 302 404 302
invitation                            GET   200 200 200 200 200 200 200 200
invitation                            POST  422 302 302 302 302 302 302 302

export-list-json                      GET   302 403 403 403 403 403 200 200
export-list-json                      POST  405 405 405 405 405 405 405 405
export-list-csv                       GET   302 403 403 403 403 403 200 200
export-list-csv                       POST  405 405 405 405 405 405 405 405
export-list-xlsx                      GET   302 403 403 403 403 403 200 200
export-list-xlsx                      POST  405 405 405 405 405 405 405 405
exports                               GET   302 403 403 403 403 403 200 200
exports                               POST  405 405 405 405 405 405 405 405
export-start                          GET   405 405 405 405 405 405 405 405
export-start                          POST  302 403 403 403 403 403 302 404
export-download                       GET   302 403 403 403 403 403 200 404
export-download                       POST  405 405 405 405 405 405 405 405

model                                 GET   200 200 200 200 200 200 200 200
model                                 POST  405 405 405 405 405 405 405 405
model-csv                             GET   200 200 200 200 200 200 200 200
model-csv                             POST  405 405 405 405 405 405 405 405
model-pdf                             GET   200 200 200 200 200 200 200 200
model-pdf                             POST  405 405 405 405 405 405 405 405
model-area                            GET   200 200 200 200 200 200 200 200
model-area                            POST  405 405 405 405 405 405 405 405

account_login                         GET   200 302 302 302 302 302 302 302
account_login                         POST  200 302 302 302 302 302 302 302
account_logout                        GET   302 200 200 200 200 200 200 200
account_logout                        POST  302 302 302 302 302 302 302 302
account_inactive                      GET   200 200 200 200 200 200 200 200
account_inactive                      POST  405 405 405 405 405 405 405 405
account_signup                        GET   200 302 302 302 302 302 302 302
account_signup                        POST  200 302 302 302 302 302 302 302
account_reauthenticate                GET   302 200 200 200 200 200 200 200
account_reauthenticate                POST  302 200 200 200 200 200 200 200
account_email                         GET   404 404 404 404 404 404 404 404
account_email                         POST  404 404 404 404 404 404 404 404
account_email_verification_sent       GET   404 404 404 404 404 404 404 404
account_email_verification_sent       POST  404 404 404 404 404 404 404 404
account_change_password               GET   302 200 200 200 200 200 200 200
account_change_password               POST  302 200 200 200 200 200 200 200
account_set_password                  GET   302 302 302 302 302 302 302 302
account_set_password                  POST  302 302 302 302 302 302 302 302
account_reset_password                GET   200 200 200 200 200 200 200 200
account_reset_password                POST  200 200 200 200 200 200 200 200
account_confirm_login_code            GET   302 302 302 302 302 302 302 302
account_confirm_login_code            POST  302 302 302 302 302 302 302 302
account_confirm_email                 GET   200 200 200 200 200 200 200 200
account_confirm_email                 POST  404 404 404 404 404 404 404 404
account_reset_password_from_key       GET   200 200 200 200 200 200 200 200
account_reset_password_from_key       POST  200 200 200 200 200 200 200 200
account_reset_password_from_key_done  GET   200 200 200 200 200 200 200 200
account_reset_password_from_key_done  POST  405 405 405 405 405 405 405 405
account_reset_password_done           GET   200 200 200 200 200 200 200 200
account_reset_password_done           POST  405 405 405 405 405 405 405 405

save-search                           GET   405 405 405 405 405 405 405 405
save-search                           POST  302 403 403 403 403 403 302 302
forget-search                         GET   405 405 405 405 405 405 405 405
forget-search                         POST  302 403 403 403 403 403 302 404
agreement                             GET   302 403 403 403 403 403 200 200
agreement                             POST  405 405 405 405 405 405 405 405
second-looks                          GET   302 403 403 403 403 403 200 200
second-looks                          POST  405 405 405 405 405 405 405 405
second-look                           GET   302 403 403 403 403 403 200 200
second-look                           POST  302 403 403 403 403 403 422 422
admin:index                           GET   302 302 302 302 302 302 200 200
admin:index                           POST  302 302 302 302 302 302 200 200
admin:login                           GET   302 403 403 403 403 403 302 302
admin:login                           POST  302 403 403 403 403 403 200 200
admin:logout                          GET   302 302 302 302 302 302 405 405
admin:logout                          POST  302 302 302 302 302 302 200 200
admin:password_change                 GET   302 302 302 302 302 302 302 302
admin:password_change                 POST  302 302 302 302 302 302 302 302
admin:password_change_done            GET   302 302 302 302 302 302 200 200
admin:password_change_done            POST  302 302 302 302 302 302 405 405
admin:autocomplete                    GET   302 302 302 302 302 302 403 403
admin:autocomplete                    POST  302 302 302 302 302 302 405 405
admin:jsi18n                          GET   302 302 302 302 302 302 200 200
admin:jsi18n                          POST  302 302 302 302 302 302 405 405
admin:view_on_site                    GET   302 302 302 302 302 302 404 404
admin:view_on_site                    POST  302 302 302 302 302 302 404 404
admin:app_list                        GET   302 302 302 302 302 302 200 200
admin:app_list                        POST  302 302 302 302 302 302 200 200
admin:anything else                   GET   302 302 302 302 302 302 404 404
admin:anything else                   POST  302 302 302 302 302 302 404 404
admin:user password                   GET   302 302 302 302 302 302 403 200
admin:user password                   POST  302 302 302 302 302 302 403 200

audit-csv                             GET   302 403 403 403 403 403 403 200
audit-csv                             POST  405 405 405 405 405 405 405 405
audit-json-lines                      GET   302 403 403 403 403 403 403 200
audit-json-lines                      POST  405 405 405 405 405 405 405 405
portfolio                             GET   302 403 403 403 403 403 200 200
portfolio                             POST  405 405 405 405 405 405 405 405
"""

ADMIN_TABLE = """
                                            # list add change delete history
rubric_rubric             reviewer      GET   200 403 200 403 200
rubric_rubric             reviewer      POST  200 403 403 403 200
rubric_rubric             administrator GET   200 200 200 403 200
rubric_rubric             administrator POST  200 200 403 403 200
rubric_area               reviewer      GET   403 403 403 403 403
rubric_area               reviewer      POST  403 403 403 403 403
rubric_area               administrator GET   200 200 200 403 200
rubric_area               administrator POST  200 200 403 403 200
rubric_question           reviewer      GET   403 403 403 403 403
rubric_question           reviewer      POST  403 403 403 403 403
rubric_question           administrator GET   200 200 200 403 200
rubric_question           administrator POST  200 200 403 403 200
assessments_organization  reviewer      GET   200 403 200 403 200
assessments_organization  reviewer      POST  200 403 403 403 200
assessments_organization  administrator GET   200 200 200 200 200
assessments_organization  administrator POST  200 200 200 200 200
assessments_cycle         reviewer      GET   200 403 200 403 200
assessments_cycle         reviewer      POST  200 403 403 403 200
assessments_cycle         administrator GET   200 200 200 200 200
assessments_cycle         administrator POST  200 200 200 200 200
assessments_membership    reviewer      GET   403 403 403 403 403
assessments_membership    reviewer      POST  403 403 403 403 403
assessments_membership    administrator GET   200 200 200 200 200
assessments_membership    administrator POST  200 200 200 302 200
assessments_invitation    reviewer      GET   403 403 403 403 403
assessments_invitation    reviewer      POST  403 403 403 403 403
assessments_invitation    administrator GET   200 403 200 403 200
assessments_invitation    administrator POST  200 403 403 403 200
assessments_user          reviewer      GET   403 403 403 403 403
assessments_user          reviewer      POST  403 403 403 403 403
assessments_user          administrator GET   200 200 200 403 200
assessments_user          administrator POST  200 200 200 403 200
assessments_scorecard     reviewer      GET   200 403 200 403 200
assessments_scorecard     reviewer      POST  200 403 403 403 200
assessments_scorecard     administrator GET   200 403 200 403 200
assessments_scorecard     administrator POST  200 403 403 403 200
assessments_auditevent    reviewer      GET   403 403 403 403 403
assessments_auditevent    reviewer      POST  403 403 403 403 403
assessments_auditevent    administrator GET   200 403 200 403 200
assessments_auditevent    administrator POST  200 403 403 403 200
assessments_assessment    reviewer      GET   200 403 200 403 200
assessments_assessment    reviewer      POST  200 403 422 403 200
assessments_assessment    administrator GET   200 403 200 403 200
assessments_assessment    administrator POST  200 403 422 403 200
auth_group                reviewer      GET   403 403 403 403 403
auth_group                reviewer      POST  403 403 403 403 403
auth_group                administrator GET   403 403 403 403 403
auth_group                administrator POST  403 403 403 403 403
account_emailaddress      reviewer      GET   403 403 403 403 403
account_emailaddress      reviewer      POST  403 403 403 403 403
account_emailaddress      administrator GET   403 403 403 403 403
account_emailaddress      administrator POST  403 403 403 403 403
django_tasks_database_dbtaskresult reviewer      GET   403 403 403 403 403
django_tasks_database_dbtaskresult reviewer      POST  403 403 403 403 403
django_tasks_database_dbtaskresult administrator GET   403 403 403 403 403
django_tasks_database_dbtaskresult administrator POST  403 403 403 403 403
"""

STAFF = ("reviewer", "administrator")
VIEWS = ("changelist", "add", "change", "delete", "history")
STATES = ("draft", "submitted", "returned")
METHODS = ("GET", "POST")
Rules = dict[tuple[str, str, str], int]


def declared() -> Rules:
    """What each gets: status by address, method and person."""
    rules: Rules = {}
    for name, method, statuses in re.findall(r"^(\S.*?) +(GET|POST) +([\d ]+)$", TABLE, re.M):
        rules |= {(name, method, who): int(code) for who, code in zip(PEOPLE, statuses.split(), strict=True)}
    for model, staff, method, statuses in re.findall(r"^(\w+) +(\w+) +(GET|POST) +([\d ]+)$", ADMIN_TABLE, re.M):
        rules |= {
            (f"admin:{model}_{view}", method, staff): int(code)
            for view, code in zip(VIEWS, statuses.split(), strict=True)
        }
        for view in VIEWS:
            rules |= {(f"admin:{model}_{view}", method, who): 302 for who in PEOPLE[:6]}
        rules |= {(f"admin:{model} by its old address", method, who): 302 for who in PEOPLE}
    return rules


RULES = declared()


def patterns(resolver: URLResolver, route: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Every address there is: its route and its name, the latter empty where it has none."""
    for pattern in resolver.url_patterns:
        whole = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, whole, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield whole, f"{namespace}{pattern.name}" if pattern.name else ""


def labels(route: str, name: str) -> list[str]:
    """What an address is called in the table."""
    if "uuid:pk" in route:
        return [f"{name} {state}" for state in STATES]
    if name == "admin:auth_user_password_change":
        return ["admin:user password"]
    if not name and "object_id" in route:
        _, app, model, *_ = route.split("/")
        return [f"admin:{app}_{model} by its old address"]
    return [name or "admin:anything else"]


ADDRESSES = [(label, route, name) for route, name in patterns(get_resolver()) for label in labels(route, name)]


@dataclass(frozen=True)
class World:
    """The organization that is asked about, and everybody who asks."""

    agency: Agency
    other: Agency
    assessments: dict[str, Assessment]
    people: dict[str, User]
    sessions: dict[str, str]
    arguments: dict[str, list[Any]]
    rows: dict[str, Any]

    def address(self, label: str, route: str, name: str) -> str:
        if "uuid:pk" in route:
            pk = self.assessments[label.rsplit(" ", 1)[1]].pk
            return reverse(name, args=[pk, *self.arguments.get(name, [])])
        if name == "admin:auth_user_password_change":
            return reverse(name, args=[self.agency.viewer.pk])
        if match := re.search(r"^admin/(\w+)/(\w+)/<path:object_id>/", route):
            return "/" + route.replace("<path:object_id>", str(self.rows["_".join(match.groups())].pk))
        return reverse(name, args=self.arguments.get(name, [])) if name else "/admin/nothing/"

    def ask(self, who: str, method: str, address: str, fields: dict[str, Any] | None = None) -> Any:
        """The reply; whatever the request changed is taken back."""
        client = Client()
        if who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        with transaction.atomic():
            reply = client.get(address) if method == "GET" else client.post(address, {"post": "yes"} | (fields or {}))
            if reply.streaming:
                reply.streaming_content = [b"".join(reply)]  # read to its end, which closes it
            transaction.set_rollback(True)
        return reply


def session_of(person: User) -> str:
    return client_of(person).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def world(agency: Agency, other: Agency, reviewer: User, administrator: User, monkeypatch: Any) -> World:
    monkeypatch.setattr(pdf, "render", lambda html, **_: html.encode())
    people = {
        "nobody": make_user(),
        "outsider": other.lead,
        "viewer": agency.viewer,
        "contributor": agency.contributor,
        "lead": agency.lead,
        "reviewer": reviewer,
        "administrator": administrator,
    }
    for person in people.values():
        person.set_password(PASSWORD)
        person.save()
    submitted = make_submitted(organization=agency.organization, by=agency.lead)
    returned = make_returned(organization=agency.organization, by=agency.lead)
    invitation = make_invitation(organization=agency.organization, by=agency.lead)
    shared = make_share_link(assessment=submitted, shows_texts=True)
    scorecard = submitted.scorecards.get()
    Scorecard.objects.filter(pk=scorecard.pk).update(second_look=True)
    search = SavedSearch.objects.create(owner=reviewer, name="Mine", query="queue=mine")
    member = Membership.objects.get(user=agency.viewer)
    export = ExportJob.objects.create(
        requested_by=reviewer, assessments=[], total=0, state=ExportState.DONE, file=ContentFile(b"%ZIP", "some.zip")
    )
    DatabaseBackend("default", {}).enqueue(make_zip, [export.pk, 1], {})
    return World(
        agency=agency,
        other=other,
        assessments={"draft": agency.draft, "submitted": submitted, "returned": returned},
        people=people,
        sessions={who: session_of(person) for who, person in people.items()},
        arguments={
            "area": ["secops"],
            "save-answer": ["secops-1"],
            "verify": [scorecard.code],
            "compare": [agency.organization.code],
            "trend": [agency.organization.code],
            "leadership": [agency.organization.code],
            "organization-portfolio-pdf": [agency.organization.code],
            "share-visits": [shared.link.pk],
            "share-revoke": [shared.link.pk],
            "shared": [shared.token],
            "shared-pdf": [shared.token],
            "shared-brief-pdf": [shared.token],
            "people": [agency.organization.code],
            "invite": [agency.organization.code],
            "withdraw": [agency.organization.code, invitation.pk],
            "set-role": [agency.organization.code, member.pk],
            "remove-member": [agency.organization.code, member.pk],
            "invitation": [invitation.token],
            "export-start": [export.pk],
            "export-download": [export.pk],
            "model-area": ["secops"],
            "forget-search": [search.pk],
            "second-look": [scorecard.pk],
            "account_confirm_email": ["x"],
            "account_reset_password_from_key": ["a", "b-c"],
            "admin:view_on_site": [0, 0],
            "admin:app_list": ["assessments"],
        },
        rows={
            "rubric_rubric": Rubric.objects.get(),
            "rubric_area": Area.objects.first(),
            "rubric_question": Question.objects.first(),
            "auth_group": Group.objects.create(name="Group"),
            "account_emailaddress": EmailAddress.objects.create(user=agency.lead, email="second@agency.example"),
            "django_tasks_database_dbtaskresult": DBTaskResult.objects.get(),
            "assessments_organization": agency.organization,
            "assessments_cycle": submitted.cycle,
            "assessments_membership": member,
            "assessments_invitation": invitation,
            "assessments_user": agency.viewer,
            "assessments_scorecard": scorecard,
            "assessments_auditevent": AuditEvent.objects.filter(assessment=submitted).first(),
            "assessments_assessment": submitted,
        },
    )


def test_every_address_has_its_rules_and_no_rule_is_left_over() -> None:
    asked = {(label, method, who) for label, _, _ in ADDRESSES for method in METHODS for who in PEOPLE}
    assert sorted(asked - set(RULES)) == []
    assert sorted(set(RULES) - asked) == []


# ---- Nothing of others is shown ----

MARKER = "xqzmarker"
OUTSIDE = PEOPLE[:3]
BY_LINK = ("invitation", "shared", "shared-pdf", "shared-brief-pdf", "verify")
"""Who holds such a link, or a seal's code, learns what it is for, whoever they are."""


def mark(agency: Agency) -> None:
    """Plants the marker in everything people of an agency type, and in who and what they are."""
    typed: dict[str, Any] = {
        "rationale": f"{MARKER} rationale",
        "evidence": [(f"{MARKER} evidence", f"https://{MARKER}.example/")],
    }
    for assessment in agency.organization.assessments.all():
        open_questions = {"mlops-1": ""} if assessment.state == State.DRAFT else {}
        answer_all(assessment, choices={"secops-1": "not_applicable"} | open_questions, by=agency.lead, **typed)
        assessment.answers.filter(question__code="secops-1").update(reason=f"{MARKER} reason")
        Assessment.objects.filter(pk=assessment.pk).update(team=f"{MARKER} team {assessment.pk}")
    sealed: dict[str, Any] = {"organization": agency.organization, "by": agency.lead, "team": f"{MARKER} team"}
    make_returned(comment=f"{MARKER} comment", **sealed, **typed)
    type(agency.organization).objects.filter(pk=agency.organization.pk).update(name=f"{MARKER} organization")
    for number, person in enumerate([agency.viewer, agency.contributor, agency.lead]):
        User.objects.filter(pk=person.pk).update(name=f"{MARKER} name", email=f"{MARKER}-{number}@agency.example")
    make_invitation(organization=agency.organization, by=agency.lead, email=f"{MARKER}@guest.example")


def shows_marker(reply: Any) -> bool:
    content = b"".join(reply) if reply.streaming else reply.content
    return MARKER in unpacked(content).decode(errors="replace").lower() + str(reply.headers).lower()


def unpacked(content: bytes) -> bytes:
    """What is in a workbook or a ZIP; anything else as it is."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def means_refusal(who: str, label: str) -> bool:
    """Whether a redirect has to lead to the sign-in page."""
    if label.startswith("admin:"):
        return who not in STAFF and label != "admin:logout"
    return who == "anonymous" and label not in BY_LINK and not label.startswith("account_")


@pytest.mark.parametrize("who", PEOPLE)
def test_everyone_gets_what_the_table_says_and_outsiders_nothing_of_others(world: World, who: str) -> None:
    mark(world.agency)
    surprises = []
    for label, route, name in ADDRESSES:
        for method in METHODS:
            reply = world.ask(who, method, world.address(label, route, name))
            expected = RULES[label, method, who]
            if reply.status_code != expected:
                surprises.append(f"{method} {label}: {reply.status_code}, not {expected}")
            if who in OUTSIDE and name not in BY_LINK and shows_marker(reply):
                surprises.append(f"{method} {label} shows what belongs to others")
            if means_refusal(who, label) and expected == 302 and "/login/?next=" not in reply["Location"]:
                surprises.append(f"{method} {label} leads to {reply['Location']}")
    assert surprises == []


@pytest.mark.parametrize("who", OUTSIDE)
def test_no_refusal_of_a_filled_in_form_shows_what_belongs_to_others(world: World, who: str) -> None:
    mark(world.agency)
    fields = answer_fields("secops-1", rationale="Mine") | {"then": "next", "role": "lead", "email": "a@b.example"}
    for label, route, name in ADDRESSES:
        if route.startswith(("assessments", "organizations")):
            reply = world.ask(who, "POST", world.address(label, route, name), fields)
            assert not shows_marker(reply), label


def test_the_marker_would_be_seen(world: World) -> None:
    mark(world.agency)
    found = {
        label
        for label, route, name in ADDRESSES
        if not route.startswith(("admin", "accounts", "model"))
        and shows_marker(world.ask("lead", "GET", world.address(label, route, name)))
    }
    assert {"home", "assessments", "people", "area draft", "result returned", "scorecard-pdf draft"} <= found
    assert {"export-json draft", "export-csv submitted", "export-xlsx returned"} <= found
    assert {"leadership", "radar-svg draft", "summary submitted", "summary-mail returned"} <= found


@pytest.mark.parametrize("who", ["reviewer", "administrator"])
def test_coe_staff_see_nothing_that_was_not_submitted(world: World, who: str) -> None:
    draft, returned = world.assessments["draft"], world.assessments["returned"]
    entry = AnswerEntry("5", rationale=f"{MARKER} text", evidence=(EvidenceLink(MARKER, "https://example.gov/"),))
    for assessment, version in ((draft, 0), (returned, 1)):
        actions.save_answer(
            assessment=assessment, code="secops-1", entry=entry, seen_version=version, by=world.agency.lead
        )
    Assessment.objects.filter(pk=draft.pk).update(team=f"{MARKER} team")
    for label, route, name in ADDRESSES:
        if "audit" in label or route.startswith(("accounts", "model")):  # test_trail.py says what stands there
            continue
        assert not shows_marker(world.ask(who, "GET", world.address(label, route, name))), label


# ---- Own address, others' things ----


def everything() -> dict[str, Any]:
    """Every row of the application's tables but sessions and the like."""
    rows: dict[str, Any] = {}
    for table in connection.introspection.table_names():
        if table.startswith(("assessments_", "account_")):
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY id')
                rows[table] = cursor.fetchall()
    return rows


def unchanged_by(client: Client, address: str, fields: dict[str, Any], status: int = 404) -> None:
    before = everything()
    reply = client.post(address, fields)
    assert (reply.status_code, address) == (status, address)
    assert everything() == before, address


def test_own_organization_with_anothers_member_or_invitation_changes_nothing(agency: Agency, other: Agency) -> None:
    lead = client_of(agency.lead)
    member = other.organization.memberships.get(user=other.viewer)
    invitation = make_invitation(organization=other.organization, by=other.lead)
    own, theirs = agency.organization.code, other.organization.code
    for code in (own, theirs):
        unchanged_by(lead, reverse("set-role", args=[code, member.pk]), {"role": "viewer"})
        unchanged_by(lead, reverse("remove-member", args=[code, member.pk]), {})
    unchanged_by(lead, reverse("withdraw", args=[theirs, invitation.pk]), {})
    unchanged_by(lead, reverse("withdraw", args=[own, invitation.pk]), {}, status=302)
    unchanged_by(lead, reverse("invite", args=[theirs]), {"email": "a@b.example", "role": "lead"})


def test_anothers_assessment_changes_by_nothing_an_outsider_posts(agency: Agency, other: Agency) -> None:
    lead = client_of(agency.lead)
    answer_all(other.draft)
    pk = other.draft.pk
    fields = answer_fields("secops-1", version=1, rationale="Mine")
    unchanged_by(lead, reverse("save-answer", args=[pk, "secops-1"]), fields)
    unchanged_by(lead, reverse("area", args=[pk, "secops"]), fields)
    unchanged_by(lead, reverse("submit", args=[pk]), {})
    unchanged_by(lead, reverse("rename", args=[pk]), {"team": "Mine"})
    unchanged_by(lead, reverse("discard", args=[pk]), {})


def test_own_assessment_with_a_question_that_is_not_its_own_changes_nothing(agency: Agency, other: Agency) -> None:
    lead = client_of(agency.lead)
    theirs = other.draft.answers.get(question__code="secops-1")
    for code in (str(theirs.pk), str(theirs.question_id), "secops", "nothing-1", str(uuid.uuid4())):
        unchanged_by(lead, reverse("save-answer", args=[agency.draft.pk, code]), answer_fields(code))


def test_an_assessment_cannot_be_started_for_another_organization(agency: Agency, other: Agency) -> None:
    fields = {"organization": other.organization.pk, "team": "Mine", "cycle": other.draft.cycle.pk}
    unchanged_by(client_of(agency.lead), reverse("assessment-new"), fields, status=422)


def test_a_lead_here_and_viewer_there_leads_only_here(agency: Agency, other: Agency) -> None:
    Membership.objects.create(organization=other.organization, user=agency.lead, role=Role.VIEWER)
    lead = client_of(agency.lead)
    fields = {"organization": other.organization.pk, "team": "Mine", "cycle": other.draft.cycle.pk}
    unchanged_by(lead, reverse("assessment-new"), fields, status=422)
    unchanged_by(lead, reverse("submit", args=[other.draft.pk]), {}, status=403)
    save = reverse("save-answer", args=[other.draft.pk, "secops-1"])
    unchanged_by(lead, save, answer_fields("secops-1"), status=403)
    assert lead.get(reverse("assessment", args=[other.draft.pk])).status_code == 200


def test_fields_nobody_asked_for_change_nothing(agency: Agency, other: Agency) -> None:
    """A submission stays a submission of its own organization, whatever is posted along."""
    answer_all(agency.draft)
    more = {
        "state": State.ACCEPTED,
        "status": State.ACCEPTED,
        "organization": other.organization.pk,
        "organization_id": other.organization.pk,
        "assessment": other.draft.pk,
        "pk": other.draft.pk,
        "id": other.draft.pk,
        "score": 5,
        "level": 5,
        "created_by": other.lead.pk,
        "submitted_at": "2001-01-01",
        "sealed_by": other.lead.pk,
        "document": json.dumps({}),
        "sha256": "0" * 64,
        "user": other.lead.pk,
        "coe_role": "administrator",
    }
    lead = client_of(agency.lead)
    assert lead.post(reverse("submit", args=[agency.draft.pk]), more).status_code == 302
    scorecard = Scorecard.objects.get()
    assert (scorecard.assessment, scorecard.sealed_by) == (agency.draft, agency.lead)
    after = Assessment.objects.get(pk=agency.draft.pk)
    assert (after.state, after.organization, after.created_by) == (State.SUBMITTED, agency.organization, agency.lead)

    member = agency.organization.memberships.get(user=agency.viewer)
    address = reverse("set-role", args=[agency.organization.code, member.pk])
    lead.post(address, more | {"role": "contributor"})
    member.refresh_from_db()
    assert (member.role, member.user, member.organization) == ("contributor", agency.viewer, agency.organization)

    new = {"team": "New team", "organization": agency.organization.pk, "cycle": agency.draft.cycle.pk}
    assert lead.post(reverse("assessment-new"), more | new).status_code == 302
    started = Assessment.objects.get(team="New team")
    assert (started.state, started.organization, started.created_by) == (
        State.DRAFT,
        agency.organization,
        agency.lead,
    )
    assert started.submitted_at is None
    assert not User.objects.filter(coe_role="administrator").exists()
    assert Assessment.objects.get(pk=other.draft.pk).state == State.DRAFT


def test_a_removed_member_is_refused_at_the_next_request(agency: Agency) -> None:
    client = client_of(agency.viewer)
    address = reverse("result", args=[agency.draft.pk])
    assert client.get(address).status_code == 200
    agency.organization.memberships.get(user=agency.viewer).delete()
    assert client.get(address).status_code == 404


def test_someone_who_left_the_coe_is_refused_at_the_next_request(agency: Agency, reviewer: User) -> None:
    submitted = make_submitted(organization=agency.organization)
    client = client_of(reviewer)
    address = reverse("result", args=[submitted.pk])
    assert client.get(address).status_code == 200
    User.objects.filter(pk=reviewer.pk).update(coe_role="")
    assert client.get(address).status_code == 404
    assert client.get("/admin/").status_code == 302
