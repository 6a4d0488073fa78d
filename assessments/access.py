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
from django.db.models import F
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from assessments.models import Assessment, ExportJob, Invitation, Membership, Organization, Role, User
from assessments.models.assessment import AssessmentQuerySet

WRITERS = frozenset({Role.LEAD, Role.CONTRIBUTOR})


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
    """The assessment, for a member of its organization (one query), or for CoE staff once it was submitted."""
    access = _as_member(user, Assessment.objects.with_names().filter(pk=pk))
    if access:
        return access
    assessment = Assessment.objects.with_names().submitted().filter(pk=pk).first() if reviews(user) else None
    if assessment is None:
        raise Http404
    return Access(assessment, None)


def _as_member(user: User, found: AssessmentQuerySet) -> Access | None:
    """The one that was found, with the role of `user` in its organization; None for someone who is not in it.

    A join costs half of what `with_role_of` does, which keeps the rows of others.
    """
    role = F("organization__memberships__role")
    assessment = found.of(user).annotate(reader_role=role).order_by().first()  # type: ignore[no-redef]
    return Access(assessment, Role(assessment.reader_role or "")) if assessment else None


def writable_assessment(user: User, pk: UUID) -> Access:
    """The assessment, for those who may answer. Whether its state lets answers change is for the action to say.

    Saving asks for it all the time, and needs no names: they are loaded when a page is made of it.
    """
    only_rubric = Assessment.objects.select_related("rubric__publication").filter(pk=pk)
    access = _as_member(user, only_rubric) or readable_assessment(user, pk)
    if not access.may_answer:
        raise PermissionDenied("Only leads and contributors of the organization can change answers.")
    return access


def submittable_assessment(user: User, pk: UUID) -> Access:
    """The assessment, for leads."""
    access = readable_assessment(user, pk)
    if not access.may_submit:
        raise PermissionDenied("Only a lead of the organization can submit.")
    return access


def readable_organization(user: User, code: str) -> tuple[Organization, Role]:
    """An organization, for its members, with their role."""
    membership = Membership.objects.select_related("organization").filter(user=user, organization__code=code).first()
    if membership is None:
        raise Http404
    return membership.organization, Role(membership.role)


def led_organization(user: User, code: str) -> Organization:
    """An organization, for its leads."""
    organization, role = readable_organization(user, code)
    if role != Role.LEAD:
        raise PermissionDenied("Only a lead of the organization can do this.")
    return organization


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


def own_export(user: User, pk: int) -> ExportJob:
    """An export that this person asked for; anybody else's answers 404, also to administrators."""
    job = ExportJob.objects.of(user).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job
