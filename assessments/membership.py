"""Who belongs to an organization: inviting, joining, roles, leaving. Each change is one audited transaction."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from assessments.actions import Refused, record
from assessments.models import Invitation, Membership, Organization, Role, User
from assessments.models.people import InvitationQuerySet

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
    record("person invited", by=by, organization=organization, about=invitation, subject=email, role=role)
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
    except (OSError, ValueError):  # ValueError: an address or a name that no mail can carry
        logger.exception("A mail with a link could not be sent")
        return False
    return True


@transaction.atomic
def withdraw(*, organization: Organization, pk: int, by: User) -> None:
    """Take an open invitation back; one of another organization, or none, changes nothing."""
    _take_back(organization.invitations.open().filter(pk=pk), by)


def withdraw_older(member: Membership, *, by: User) -> None:
    """Take back what is open for someone who was put in, or out, by other means: later it would be a way back in.

    Call it inside the transaction of the change.
    """
    _take_back(member.organization.invitations.open().filter(email__iexact=member.user.email), by)


def _take_back(invitations: InvitationQuerySet, by: User) -> None:
    for invitation in invitations.select_related("organization"):
        record(
            "invitation withdrawn",
            by=by,
            organization=invitation.organization,
            about=invitation,
            subject=invitation.email,
        )
        _close(invitation)


@transaction.atomic
def set_role(*, member: Membership, role: str, by: User) -> None:
    """Give a member another role. `Refused` where no lead would be left."""
    if role != Role.LEAD:
        _keep_a_lead(member)
    before = member.role
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


@transaction.atomic
def remove(*, member: Membership, by: User) -> None:
    """End a membership; what the person answered stays. `Refused` where no lead would be left."""
    _keep_a_lead(member)
    before = member.role
    record(
        "member removed",
        by=by,
        organization=member.organization,
        about=member,
        subject=member.user.email,
        role=[before, None],
    )
    withdraw_older(member, by=by)
    member.delete()


def _keep_a_lead(member: Membership) -> None:
    leads = Membership.objects.select_for_update().filter(organization=member.organization, role=Role.LEAD)
    if member.role == Role.LEAD and [lead.pk for lead in leads] == [member.pk]:
        raise Refused(f"{member.user} is the only lead. Make someone else a lead first.")


class HasAccount(Refused):
    """Someone has an account with the invited address: they sign in with it."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(f"Sign in as {invitation.email} to join {invitation.organization}.")


PRESSED_TWICE = timedelta(minutes=1)
"""Within so long after someone joined as a new person, the same form once more is the same press of the button."""


def has_account(invitation: Invitation) -> bool:
    return User.objects.filter(email__iexact=invitation.email).exists()


@transaction.atomic
def join_as_new(*, invitation: Invitation, name: str, password: str) -> User:
    """Make the invited person's account and take up the invitation; pressed twice, the account that was just made.

    `HasAccount` where there is one; `Refused` where the invitation was used, or has expired.
    """
    # First, so that two who press at once take turns.
    locked = _locked(invitation)
    just_made = _made_a_moment_ago(locked)
    if just_made and just_made.check_password(password):
        return just_made
    if has_account(locked):
        raise HasAccount(locked)
    _check_open(locked)
    try:
        with transaction.atomic():
            user = User.objects.create_user(locked.email, password, name=name)
    except IntegrityError:  # at the same moment, by an invitation of another organization
        raise HasAccount(locked) from None
    _take_up(locked, user)
    return user


def _made_a_moment_ago(invitation: Invitation) -> User | None:
    if invitation.accepted_at is None or invitation.accepted_at < timezone.now() - PRESSED_TWICE:
        return None
    joined = User.objects.filter(memberships__organization=invitation.organization, email__iexact=invitation.email)
    return joined.filter(date_joined__gt=timezone.now() - PRESSED_TWICE).first()


@transaction.atomic
def join(*, invitation: Invitation, user: User) -> Membership:
    """Take up an invitation, once however often it is pressed; who is in already keeps the role.

    `Refused` where it is for someone else, was used before, or has expired.
    """
    locked = _locked(invitation)
    if user.email.lower() != locked.email.lower():
        raise Refused(f"This invitation is for {locked.email}. Sign in with that address.")
    member = Membership.objects.filter(organization=locked.organization, user=user).first()
    if member and locked.accepted_at:
        return member
    _check_open(locked)
    return _take_up(locked, user)


def _locked(invitation: Invitation) -> Invitation:
    """The invitation's row, locked until the transaction ends."""
    return Invitation.objects.select_for_update(of=("self",)).select_related("organization").get(pk=invitation.pk)


def _check_open(invitation: Invitation) -> None:
    if not invitation.is_open:
        raise Refused(f"{invitation.closed_because} Ask your lead for a new one.")


def _take_up(invitation: Invitation, user: User) -> Membership:
    member, _ = Membership.objects.get_or_create(
        organization=invitation.organization, user=user, defaults={"role": invitation.role}
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    record(
        "invitation accepted",
        by=user,
        organization=invitation.organization,
        about=member,
        subject=user.email,
        role=member.role,
    )
    return member
