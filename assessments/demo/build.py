"""Builds the demo through the same actions that people use, so that its seals and audit trail are real ones."""

from datetime import UTC, date, datetime, time

from django.contrib.auth.hashers import check_password, make_password
from django.core.management import call_command
from django.db import transaction
from django.db.models import Q

from assessments import actions
from assessments.models import Assessment, Cycle, Membership, Organization, User
from rubric.models import Rubric

from . import story
from .cast import COASTAL, CYCLES, ORGANIZATIONS, PEOPLE, SIGNING_IN, DemoCycle, DemoPerson

RUBRIC = ("ai-cmm", "2021-05")


class AlreadyTaken(Exception):
    """Something that is not of the demo has a name that the demo needs; the text is a sentence that names it."""


def is_built() -> bool:
    """Whether the demo is there, also where people have gone on with it since."""
    return Organization.objects.filter(code=COASTAL).exists()


@transaction.atomic
def build(*, password: str) -> None:
    """Build the whole demo or, where anything fails, nothing of it. Loads the AI CMM where it is missing."""
    _check_names_are_free()
    rubric = _rubric()
    cycles = {cycle.code: _cycle(cycle) for cycle in CYCLES}
    organizations = {
        told.code: Organization.objects.create(code=told.code, name=told.name, kind=told.kind, size=told.size)
        for told in ORGANIZATIONS
    }
    people = _people(make_password(password))
    Membership.objects.bulk_create(
        Membership(
            organization=organizations[told.organization],
            user=people[told.email],
            role=told.role,
            since=_morning(told.since),
        )
        for told in PEOPLE
        if told.role
    )
    assessments: dict[tuple[str, str], Assessment] = {}
    for event in story.events():
        by = people[event.by]
        if isinstance(event.what, story.Started):
            assessments[event.assessment] = actions.start_assessment(
                organization=organizations[event.organization],
                rubric=rubric,
                team=event.team,
                cycle=cycles[event.cycle],
                by=by,
                at=event.at,
            )
        else:
            _do(event, assessments[event.assessment], by)


def set_password(password: str) -> bool:
    """Make `password` that of the people who can sign in; False where it was so already."""
    people = User.objects.filter(email__in=[person.email for person in SIGNING_IN])
    # The six share a hash as long as nobody changes a password; checking is slow, so each hash is checked once.
    hashes = set(people.values_list("password", flat=True))
    others = [encoded for encoded in hashes if not check_password(password, encoded)]
    return bool(others) and people.filter(password__in=others).update(password=make_password(password)) > 0


def _check_names_are_free() -> None:
    codes, names = [told.code for told in ORGANIZATIONS], [told.name for told in ORGANIZATIONS]
    organization = Organization.objects.filter(Q(code__in=codes) | Q(name__in=names)).first()
    person = User.objects.filter(email__in=[told.email for told in PEOPLE]).first()
    if organization:
        raise AlreadyTaken(f"An organization “{organization}” ({organization.code}) is here already.")
    if person:
        raise AlreadyTaken(f"Someone with the address {person.email} is here already.")


def _rubric() -> Rubric:
    code, version = RUBRIC
    versions = Rubric.objects.published().filter(code=code, version=version)
    if not versions.exists():
        call_command("loaddata", "ai_cmm", verbosity=0)
    return versions.get()


def _cycle(told: DemoCycle) -> Cycle:
    """The cycle of that code or name, which may be here already, as cycles are everybody's."""
    found = Cycle.objects.filter(Q(code=told.code) | Q(name=told.name)).first()
    return found or Cycle.objects.create(code=told.code, name=told.name, starts_on=told.starts_on, due_on=told.due_on)


def _people(password_hash: str) -> dict[str, User]:
    return {told.email: _person(told, password_hash if told.tries else make_password(None)) for told in PEOPLE}


def _person(told: DemoPerson, password_hash: str) -> User:
    return User.objects.create(
        email=told.email,
        name=told.name,
        password=password_hash,
        coe_role=told.coe_role,
        is_active=not told.has_left,
        date_joined=_morning(told.since),
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8, 30), story.CLOCK).astimezone(UTC)


def _do(event: story.Event, assessment: Assessment, by: User) -> None:
    match event.what:
        case story.Answered(code, entry):
            version = assessment.answers.values_list("version", flat=True).get(question__code=code)
            actions.save_answer(assessment=assessment, code=code, entry=entry, seen_version=version, by=by, at=event.at)
        case story.Submitted(drawn):
            actions.submit(assessment=assessment, by=by, at=event.at)
            if drawn:
                assessment.scorecards.update(second_look=True)
        case story.Returned(entry):
            actions.return_(assessment=assessment, by=by, entry=entry, at=event.at)
        case story.Accepted(entry):
            actions.accept(assessment=assessment, by=by, entry=entry, at=event.at)
        case story.LookedAgain(entry):
            scorecard = assessment.scorecards.latest("sequence")
            actions.save_second_look(scorecard=scorecard, by=by, entry=entry, complete=True, at=event.at)
