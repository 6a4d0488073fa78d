"""Who may: one pair of loaders, to read and to write, per object. Outside one's organization 404, inside it 403.

The table of roles stands in docs/roles.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeGuard
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import BigAutoField, UUIDField
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from aicmm.prepared import Argument, Prepared
from assessments.datatypes import Submission
from assessments.models import (
    Assessment,
    ExportJob,
    Invitation,
    Membership,
    Organization,
    Review,
    Role,
    ShareLink,
    User,
)
from assessments.models.assessment import AssessmentQuerySet
from assessments.models.reviewing import ReviewQuerySet
from assessments.submissions import submissions_of

WRITERS = frozenset({Role.LEAD, Role.CONTRIBUTOR})


def _for(found: AssessmentQuerySet) -> AssessmentQuerySet:
    """One assessment by its `pk`, with the role of `user` in its organization."""
    one = found.filter(pk=Argument("pk", UUIDField())).order_by()
    return one.with_role_of(Argument("user", BigAutoField()))


_WITH_NAMES = Prepared(lambda: _for(Assessment.objects.with_names()))
_WITHOUT_NAMES = Prepared(lambda: _for(Assessment.objects.with_rubric()))


@dataclass(frozen=True, slots=True)
class Access:
    """An assessment someone may read, and as what: `role` is None for CoE staff, who read what was submitted."""

    assessment: Assessment
    role: Role | None

    @property
    def may_answer(self) -> bool:
        return self.role in WRITERS

    @property
    def may_submit(self) -> bool:
        return self.role == Role.LEAD

    @property
    def sees_drafts(self) -> bool:
        """Whether answers that are not submitted (yet, or again) are this reader's to see."""
        return self.role is not None


def is_signed_in(user: User | AnonymousUser) -> TypeGuard[User]:
    return user.is_authenticated


def signed_in(request: HttpRequest) -> User:
    """The person behind a request to a view that only signed-in people reach."""
    if not is_signed_in(request.user):
        raise PermissionDenied
    return request.user


def reviews(user: User | AnonymousUser) -> bool:
    return user.has_perm("assessments.review_assessment")


def for_reviewers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of the admin for whoever reviews: others who are signed in get 403, nobody is sent to the sign-in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_signed_in(request.user):
            return redirect_to_login(request.get_full_path())
        if not reviews(request.user):
            raise PermissionDenied("Only reviewers of the Center of Excellence can open this page.")
        return view(request, *args, **kwargs)

    return guarded


def leads_anywhere(user: User) -> bool:
    """Whether this person leads at least one organization."""
    return Membership.objects.filter(user=user, role=Role.LEAD).exists()


def readable_assessment(user: User, pk: UUID) -> Access:
    """The assessment, for a member of its organization, or for CoE staff once it was submitted. One query."""
    return _access(user, _WITH_NAMES.first(pk=pk, user=user.pk))


def _access(user: User, assessment: Assessment | None) -> Access:
    """What `user` may do with the assessment that was found; 404 where that is nothing."""
    if assessment and assessment.reader_role:
        return Access(assessment, Role(assessment.reader_role))
    if assessment and assessment.submitted_at and reviews(user):
        return Access(assessment, None)
    raise Http404


def writable_assessment(user: User, pk: UUID) -> Access:
    """The assessment, for those who may answer. Whether its state lets answers change is for the action to say.

    Saving asks for it all the time, and needs no names: they are loaded when a page is made of it.
    """
    access = _access(user, _WITHOUT_NAMES.first(pk=pk, user=user.pk))
    if not access.may_answer:
        raise PermissionDenied("Only leads and contributors of the organization can change answers.")
    return access


def led_assessment(user: User, pk: UUID) -> Access:
    """The assessment, for leads: they submit it, name its team, and delete a draft."""
    access = readable_assessment(user, pk)
    if not access.may_submit:
        raise PermissionDenied("Only a lead of the organization can do this.")
    return access


@dataclass(frozen=True, slots=True)
class ResultsAccess:
    """An organization whose sealed results someone may read, and as what: `role` is None for CoE staff."""

    organization: Organization
    role: Role | None

    @property
    def is_member(self) -> bool:
        return self.role is not None


def readable_results(user: User, code: str) -> ResultsAccess:
    """An organization, for its members in any role, and for CoE staff. One query, for CoE staff two."""
    membership = _membership(user, code)
    if membership:
        return ResultsAccess(membership.organization, Role(membership.role))
    organization = Organization.objects.filter(code=code).first() if reviews(user) else None
    if organization is None:
        raise Http404
    return ResultsAccess(organization, None)


@dataclass(frozen=True, slots=True)
class OrganizationAccess:
    """An organization someone may see the people of; `manages` where they invite, set roles and remove."""

    organization: Organization
    manages: bool


def readable_organization(user: User, code: str) -> OrganizationAccess:
    """An organization, for its members, and for administrators of the CoE, who look after everybody's people."""
    membership = _membership(user, code)
    if user.is_administrator:
        organization = membership.organization if membership else Organization.objects.filter(code=code).first()
        if organization is None:
            raise Http404
        return OrganizationAccess(organization, manages=True)
    if membership is None:
        raise Http404
    return OrganizationAccess(membership.organization, manages=membership.role == Role.LEAD)


def _membership(user: User, code: str) -> Membership | None:
    """What this person is in the organization with that code, with the organization."""
    return Membership.objects.select_related("organization").filter(user=user, organization__code=code).first()


def managed_organization(user: User, code: str) -> Organization:
    """An organization, for those who look after its people."""
    access = readable_organization(user, code)
    if not access.manages:
        raise PermissionDenied("Only a lead of the organization can do this.")
    return access.organization


def decided_reviews(access: Access, user: User) -> ReviewQuerySet:
    """What was decided on the submissions, newest first: all of it to members, to the CoE what keeps second looks
    blind."""
    reviews = Review.objects.of(access.assessment)
    return reviews if access.sees_drafts else reviews.open_to(user)


_MARKS = ("pk", "version", "reviewer__name", "reviewer__email")


def _decided_on() -> ReviewQuerySet:
    return Review.objects.decided().filter(scorecard=Argument("scorecard", BigAutoField())).order_by("pk")


_DECIDED = Prepared(lambda: _decided_on().values_list(*_MARKS))
_DECIDED_OPEN = Prepared(lambda: _decided_on().open_to(Argument("user", BigAutoField())).values_list(*_MARKS))


def decision_marks(access: Access, user: User, scorecard: int) -> list[tuple[Any, ...]]:
    """What tells whether `decided_reviews` says of this scorecard what it said before: values that differ where it
    does. One query."""
    if access.sees_drafts:
        return _DECIDED.rows(scorecard=scorecard)
    return _DECIDED_OPEN.rows(scorecard=scorecard, user=user.pk)


def submission_of(assessment: Assessment, number: str) -> Submission:
    """One of an assessment's sealed submissions, by its number as people see it; anything else 404s."""
    found = {str(submission.sequence): submission for submission in submissions_of(assessment)}
    if number not in found:
        raise Http404
    return found[number]


def member_of(organization: Organization, pk: int) -> Membership:
    """A membership of that organization; another's answers 404."""
    member = organization.memberships.select_related("user", "organization").filter(pk=pk).first()
    if member is None:
        raise Http404
    return member


def invitation_of(token: str) -> Invitation:
    """The invitation behind a link, used or not; its address is known to those who hold the link only."""
    invitation = Invitation.objects.select_related("organization", "invited_by").filter(token=token).first()
    if invitation is None:
        raise Http404
    return invitation


def link_to(assessment: Assessment, pk: int) -> ShareLink:
    """A link by which someone outside reads a submission of this assessment, with its visits; another's answers 404."""
    link = ShareLink.objects.of(assessment).with_visits().filter(pk=pk).first()
    if link is None:
        raise Http404
    return link


def working_link(token: str) -> ShareLink | None:
    """The link behind an address that someone outside holds. None where there is none, where it was revoked and where
    it has expired: whoever asks learns no more."""
    link = ShareLink.objects.with_token(token).first()
    return link if link and link.works else None


def by_link(link: ShareLink) -> Access:
    """As what someone outside reads the one submission that the link is for: as members do who only read."""
    return Access(link.scorecard.assessment, Role.VIEWER)


def own_export(user: User, pk: int) -> ExportJob:
    """An export that this person asked for; anybody else's answers 404, also to administrators."""
    job = ExportJob.objects.of(user).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job
