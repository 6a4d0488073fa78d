"""Organizations, people and assessments for tests: only what a test is about has to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.db.models import F
from django.test import Client
from django.utils import timezone

from assessments import actions
from assessments.models import Assessment, Cycle, Evidence, Invitation, Membership, Organization, Role, User
from rubric.models import Rubric, newest_published

PASSWORD = "correct horse battery staple"

_numbers = count(1)


def make_user(*, email: str = "", name: str = "", password: str | None = None, **fields: Any) -> User:
    """Someone without any role."""
    number = next(_numbers)
    return User.objects.create_user(
        email or f"person-{number}@agency.example", password, name=name or f"Person {number}", **fields
    )


def make_reviewer(**fields: Any) -> User:
    return make_user(coe_role="reviewer", **fields)


def make_administrator(**fields: Any) -> User:
    return make_user(coe_role="administrator", **fields)


def make_organization(*, name: str = "", code: str = "", **fields: Any) -> Organization:
    number = next(_numbers)
    return Organization.objects.create(name=name or f"Agency {number}", code=code or f"agency-{number}", **fields)


def make_membership(
    *, organization: Organization | None = None, user: User | None = None, role: str = Role.LEAD
) -> Membership:
    return Membership.objects.create(
        organization=organization or make_organization(), user=user or make_user(), role=role
    )


def make_member(*, organization: Organization, role: str = Role.LEAD, **fields: Any) -> User:
    """Someone new in an organization."""
    return make_membership(organization=organization, user=make_user(**fields), role=role).user


def make_invitation(*, organization: Organization | None = None, by: User | None = None, **fields: Any) -> Invitation:
    organization = organization or make_organization()
    email = fields.pop("email", f"guest-{next(_numbers)}@agency.example")
    return Invitation.objects.create(
        organization=organization,
        invited_by=by or make_member(organization=organization),
        email=email,
        **fields,
    )


def make_cycle(*, name: str = "", starts_on: date | None = None, **fields: Any) -> Cycle:
    """A cycle that has begun a month ago."""
    number = next(_numbers)
    begin = starts_on or timezone.localdate() - timedelta(days=30)
    return Cycle.objects.create(
        code=f"cycle-{number}",
        name=name or f"Cycle {number}",
        starts_on=begin,
        due_on=begin + timedelta(days=90),
        **fields,
    )


def make_past_cycle(**fields: Any) -> Cycle:
    """A cycle whose due date ended a month ago."""
    return make_cycle(starts_on=timezone.localdate() - timedelta(days=120), **fields)


def make_assessment(
    *,
    organization: Organization | None = None,
    team: str = "",
    cycle: Cycle | None = None,
    by: User | None = None,
    rubric: Rubric | None = None,
) -> Assessment:
    """A draft, nothing answered."""
    organization = organization or make_organization()
    return actions.start_assessment(
        organization=organization,
        rubric=rubric or newest_published(),
        team=team or f"Team {next(_numbers)}",
        cycle=cycle or make_cycle(),
        by=by or make_member(organization=organization),
    )


def answer_all(
    assessment: Assessment,
    *,
    level: int | str = 3,
    choices: Mapping[str, int | str] | None = None,
    rationale: str = "",
    evidence: Sequence[tuple[str, str]] = (),
    by: User | None = None,
) -> Assessment:
    """Every question answered with `level`, or with what `choices` says of its code; written straight to the rows."""
    now = timezone.now()
    rows = list(assessment.answers.select_related("question"))
    by_choice: dict[str, list[int]] = {}
    for row in rows:
        by_choice.setdefault(str((choices or {}).get(row.question.code, level)), []).append(row.pk)
    # One update for each choice: Django's bulk_update took as long as all the rest of a submission.
    for choice, keys in by_choice.items():
        assessment.answers.filter(pk__in=keys).update(
            choice=choice,
            reason="It can't apply to us." if choice == "not_applicable" else "",
            rationale=rationale,
            version=F("version") + 1,
            answered_by=by or assessment.created_by,
            answered_at=now,
        )
    Evidence.objects.bulk_create(
        Evidence(answer=row, position=position, title=title, url=url)
        for row in rows
        for position, (title, url) in enumerate(evidence, start=1)
    )
    return assessment


def make_submitted(*, assessment: Assessment | None = None, at: datetime | None = None, **answers: Any) -> Assessment:
    """A submission; what isn't told of the assessment itself is told of its answers, as for `answer_all`."""
    given = {name: answers.pop(name) for name in ("organization", "team", "cycle", "by", "rubric") if name in answers}
    assessment = answer_all(assessment or make_assessment(**given), **answers)
    actions.submit(assessment=assessment, by=assessment.created_by, at=at)
    return assessment


def make_submitted_in_time(*, cycle: Cycle, **fields: Any) -> Assessment:
    """A submission of the last day of a cycle, also where that is past."""
    return make_submitted(cycle=cycle, at=cycle.closes_at - timedelta(hours=1), **fields)


def make_peers(
    *, cycle: Cycle, count: int, levels: Sequence[int | str] = (1, 2, 2, 3, 3, 4), **organization: Any
) -> list[Assessment]:
    """As many organizations, each with a submission in time; their levels in turn, another beginning in each area."""
    codes = list(newest_published().to_datatypes().question_by_code)
    areas = {code: index for index, code in enumerate(dict.fromkeys(code.rsplit("-", 1)[0] for code in codes))}
    return [
        make_submitted_in_time(
            cycle=cycle,
            organization=make_organization(**organization),
            choices={code: levels[(number + areas[code.rsplit("-", 1)[0]]) % len(levels)] for code in codes},
        )
        for number in range(count)
    ]


def make_returned(*, comment: str = "Say more about question 1.", **fields: Any) -> Assessment:
    assessment = make_submitted(**fields)
    actions.return_(assessment=assessment, by=make_reviewer(), comment=comment)
    return assessment


def make_accepted(*, comment: str = "", **fields: Any) -> Assessment:
    assessment = make_submitted(**fields)
    actions.accept(assessment=assessment, by=make_reviewer(), comment=comment)
    return assessment


def make_share_link(
    *,
    assessment: Assessment | None = None,
    by: User | None = None,
    label: str = "Inspector General",
    submission: int = 1,
    days: int = 30,
    shows_texts: bool = False,
    passphrase: str = "",
) -> actions.Shared:
    """A link to a submission, with its token; without an assessment to one that is made for it."""
    assessment = assessment or make_submitted()
    return actions.share(
        assessment=assessment,
        submission=submission,
        label=label,
        days=days,
        shows_texts=shows_texts,
        passphrase=passphrase,
        by=by or assessment.created_by,
    )


@dataclass(frozen=True)
class Agency:
    """An organization with someone in each role, and a draft of theirs."""

    organization: Organization
    lead: User
    contributor: User
    viewer: User
    draft: Assessment


def make_agency(*, name: str = "", team: str = "", cycle: Cycle | None = None) -> Agency:
    organization = make_organization(name=name)
    lead = make_member(organization=organization, name=f"Lena Lead {organization.pk}")
    return Agency(
        organization=organization,
        lead=lead,
        contributor=make_member(organization=organization, role=Role.CONTRIBUTOR, name=f"Carl Co {organization.pk}"),
        viewer=make_member(organization=organization, role=Role.VIEWER, name=f"Vera View {organization.pk}"),
        draft=make_assessment(organization=organization, by=lead, team=team, cycle=cycle),
    )


def client_of(user: User, **options: Any) -> Client:
    """A browser in which this person has signed in."""
    client = Client(**options)
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def answer_fields(
    code: str,
    *,
    choice: object = 3,
    reason: str = "",
    rationale: str = "",
    evidence: Sequence[tuple[str, str]] | None = None,
    version: object = 0,
    save_id: UUID | str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What a browser posts for one question. With `evidence` None the links are no part of it."""
    fields = {"choice": choice, "reason": reason, "rationale": rationale, "version": version}
    if save_id is not None:
        fields["save_id"] = save_id
    if evidence is not None:
        more["evidence-title"] = [title for title, _ in evidence]
        more["evidence-url"] = [url for _, url in evidence]
    return {f"{code}-{name}": value for name, value in (fields | more).items()}
