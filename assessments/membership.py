"""Who belongs to an organization: inviting, joining, roles, leaving. Each change is one audited transaction."""

import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from assessments.actions import Refused, record
from assessments.models import Invitation, Membership, Organization, Role, User

logger = logging.getLogger(__name__)


def people_page(organization: Organization, *, manages: bool) -> dict[str, Any]:
    """What the page of an organization's people prints."""
    return {
        "organization": organization,
        "manages": manages,
        "memberships": organization.memberships.select_related("user"),
        "invitations": organization.invitations.open().select_related("invited_by") if manages else [],
        "roles": Role.choices,
    }


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation. `replaces` says that the link of an older one for the same address ended with it."""

    invitation: Invitation
    replaces: bool


@transaction.atomic
def invite(*, organization: Organization, email: str, role: str, by: User) -> Invited:
    """A new invitation in place of one that was open for the same address. `Refused` for someone who is in already."""
    if organization.memberships.filter(user__email=email).exists():
        raise Refused(f"{email} is in {organization} already.")
    older = list(organization.invitations.unused().filter(email__iexact=email))
    replaces = any(invitation.is_open for invitation in older)
    for invitation in older:
        _close(invitation)
    invitation = Invitation.objects.create(organization=organization, email=email, role=role, invited_by=by)
    record("person invited", by=by, organization=organization, subject=email, role=role)
    return Invited(invitation, replaces)


def _close(invitation: Invitation) -> None:
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Mail the link; False where the mail system refused, so that the lead can hand it over."""
    until = date_format(timezone.localtime(invitation.expires_at), "F j, Y")
    text = (
        f"{invitation.invited_by} invites you to work on the AI maturity assessments of {invitation.organization}.\n\n"
        f"Open this link to join. It works once, until {until}:\n{link}\n"
    )
    return _mailed(f"Join {invitation.organization} in AI CMM", text, invitation.email)


def send_password_link(user: User, link: str, *, by: User) -> bool:
    """Mail the link with which a new account's person chooses a password; False where the mail system refused."""
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    text = (
        f"{by} has made an account for you in AI CMM, the AI maturity assessments. You sign in as {user.email}.\n\n"
        f"Open this link to choose a password. It works once, for {days} days:\n{link}\n"
    )
    record("password link sent", by=by, subject=user.email)
    return _mailed("Your account in AI CMM", text, user.email)


def _mailed(subject: str, text: str, address: str) -> bool:
    try:
        send_mail(subject, text, None, [address])
    except OSError:
        logger.exception("A mail with a link could not be sent")
        return False
    return True


@transaction.atomic
def withdraw(*, organization: Organization, pk: int, by: User) -> None:
    """Take an open invitation back; one of another organization, or none, changes nothing."""
    invitation = organization.invitations.open().filter(pk=pk).first()
    if invitation:
        record("invitation withdrawn", by=by, organization=organization, subject=invitation.email)
        _close(invitation)


@transaction.atomic
def set_role(*, member: Membership, role: str, by: User) -> None:
    """Give a member another role. `Refused` where no lead would be left."""
    if role != Role.LEAD:
        _keep_a_lead(member)
    before = member.role
    member.role = Role(role)
    member.save(update_fields=["role"])
    record("role set", by=by, organization=member.organization, subject=member.user.email, role=[before, role])


@transaction.atomic
def remove(*, member: Membership, by: User) -> None:
    """End a membership; what the person answered stays. `Refused` where no lead would be left."""
    _keep_a_lead(member)
    before = member.role
    record("member removed", by=by, organization=member.organization, subject=member.user.email, role=[before, None])
    member.delete()


def _keep_a_lead(member: Membership) -> None:
    leads = Membership.objects.select_for_update().filter(organization=member.organization, role=Role.LEAD)
    if member.role == Role.LEAD and [lead.pk for lead in leads] == [member.pk]:
        raise Refused(f"{member.user} is the only lead. Make someone else a lead first.")


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
        raise Refused(f"{locked.closed_because} Ask your lead for a new one.")
    Membership.objects.update_or_create(
        organization=locked.organization, user=user, defaults={"role": locked.role, "since": timezone.now()}
    )
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    record("invitation accepted", by=user, organization=locked.organization, subject=user.email, role=locked.role)
