"""Who belongs to an organization: inviting, joining, roles, leaving. Each change is one audited transaction."""

import logging
from typing import Any

from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from assessments.actions import Refused, record
from assessments.models import Invitation, Membership, Organization, Role, User

REMOVE = "remove"
logger = logging.getLogger(__name__)


def people_page(organization: Organization, *, leads: bool) -> dict[str, Any]:
    """What the page of an organization's people prints."""
    return {
        "organization": organization,
        "leads": leads,
        "memberships": organization.memberships.select_related("user"),
        "invitations": organization.invitations.open().select_related("invited_by") if leads else [],
        "roles": Role.choices,
    }


@transaction.atomic
def invite(*, organization: Organization, email: str, role: str, by: User) -> Invitation:
    """A new invitation; one that was open for the same address goes. `Refused` for someone who is in already."""
    if organization.memberships.filter(user__email=email).exists():
        raise Refused(f"{email} is in {organization} already.")
    organization.invitations.filter(email=email, accepted_at=None).delete()
    invitation = Invitation.objects.create(organization=organization, email=email, role=role, invited_by=by)
    record("person invited", by=by, organization=organization, about=invitation, subject=email, role=role)
    return invitation


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Mail the link; False where the mail system refused, so that the lead can hand it over."""
    until = date_format(timezone.localtime(invitation.expires_at), "F j, Y")
    text = (
        f"{invitation.invited_by} invites you to work on the AI maturity assessments of {invitation.organization}.\n\n"
        f"Open this link to join. It works once, until {until}:\n{link}\n"
    )
    try:
        send_mail(f"Join {invitation.organization} in AI CMM", text, None, [invitation.email])
    except OSError:
        logger.exception("An invitation could not be mailed")
        return False
    return True


@transaction.atomic
def withdraw(*, organization: Organization, pk: int, by: User) -> None:
    """Take an open invitation back; one of another organization, or none, changes nothing."""
    invitation = organization.invitations.open().filter(pk=pk).first()
    if invitation:
        Invitation.objects.filter(pk=pk).delete()
        record("invitation withdrawn", by=by, organization=organization, about=invitation, subject=invitation.email)


@transaction.atomic
def set_role(*, member: Membership, role: str, by: User) -> None:
    """Give a member another role, or none at all (`REMOVE`). `Refused` where no lead would be left."""
    leads = Membership.objects.select_for_update().filter(organization=member.organization, role=Role.LEAD)
    if member.role == Role.LEAD and role != Role.LEAD and [lead.pk for lead in leads] == [member.pk]:
        raise Refused(f"{member.user} is the only lead. Make someone else a lead first.")
    before = member.role
    if role == REMOVE:
        Membership.objects.filter(pk=member.pk).delete()
        record(
            "member removed",
            by=by,
            organization=member.organization,
            about=member,
            subject=member.user.email,
            role=[before, None],
        )
        return
    member.role = Role(role)
    member.save(update_fields=["role"])
    record(
        "role set",
        by=by,
        organization=member.organization,
        about=member,
        subject=member.user.email,
        role=[before, role],
    )


def has_account(invitation: Invitation) -> bool:
    return User.objects.filter(email__iexact=invitation.email).exists()


@transaction.atomic
def join_as_new(*, invitation: Invitation, name: str, password: str) -> User:
    """Make the invited person's account and take up the invitation."""
    user = User.objects.create_user(invitation.email, password, name=name)
    join(invitation=invitation, user=user)
    return user


@transaction.atomic
def join(*, invitation: Invitation, user: User) -> None:
    """Take up an invitation. `Refused` where it is for someone else, was used, or has expired."""
    locked = Invitation.objects.select_for_update().select_related("organization").get(pk=invitation.pk)
    if user.email.lower() != locked.email.lower():
        raise Refused(f"This invitation is for {locked.email}. Sign in with that address.")
    if not locked.is_open:
        raise Refused("This invitation was used or has expired. Ask your lead for a new one.")
    member, _ = Membership.objects.update_or_create(
        organization=locked.organization, user=user, defaults={"role": locked.role, "since": timezone.now()}
    )
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    record(
        "invitation accepted",
        by=user,
        organization=locked.organization,
        about=member,
        subject=user.email,
        role=locked.role,
    )
