"""Mails that say whose turn it is: to a team when its submission is returned or accepted, to the reviewer who returned
one when it comes again.

They carry no figure and nothing that anybody typed but names, since a mail is read by more people than it is meant for:
the link leads to what there is to read, for those who may.
"""

import logging
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from aicmm.links import absolute
from assessments.models import Assessment, Decision, Review, Role, State

logger = logging.getLogger(__name__)

TOLD = {
    State.RETURNED: (Role.LEAD, Role.CONTRIBUTOR),
    State.ACCEPTED: (Role.LEAD, Role.CONTRIBUTOR, Role.VIEWER),
}
"""Who of the organization hears of a decision: those who have to answer again, or all who read the result."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is mailed to each of `addresses`, which don't learn of one another."""

    addresses: tuple[str, ...]
    subject: str
    text: str


def send(assessment: Assessment) -> int:
    """Mail what the assessment's state means to whoever has to act on it, and say to how many; 0 where nobody does, or
    where the mail system refused, which is logged."""
    notice = notice_of(assessment)
    if notice is None or not notice.addresses:
        return 0
    mails = [EmailMessage(notice.subject, notice.text, None, [address]) for address in notice.addresses]
    try:
        return get_connection().send_messages(mails) or 0
    except (OSError, ValueError):  # ValueError: an address or a name that no mail can carry
        logger.exception("Mails about a submission could not be sent")
        return 0


def notice_of(assessment: Assessment) -> Notice | None:
    """What there is to say of an assessment as it stands now; None for a draft and a first submission."""
    if assessment.state in TOLD:
        return _decided(assessment, State(assessment.state))
    if assessment.state == State.SUBMITTED:
        return _submitted_again(assessment)
    return None


def _decided(assessment: Assessment, state: State) -> Notice:
    members = assessment.organization.memberships.filter(role__in=TOLD[state], user__is_active=True)
    name = f"{assessment.team}, {assessment.cycle}"
    if state == State.RETURNED:
        subject = f"Returned: {name}"
        text = (
            f"The Center of Excellence has returned the assessment of {name} to your team. It says what to look at "
            f"again; your answers can be changed until a lead submits them.\n\n{_link('assessment', assessment)}\n"
        )
    else:
        subject = f"Accepted: {name}"
        text = (
            f"The Center of Excellence has accepted the assessment of {name}. The result and the scorecard are "
            f"here:\n\n{_link('result', assessment)}\n"
        )
    return Notice(tuple(members.order_by("user__email").values_list("user__email", flat=True)), _line(subject), text)


def _submitted_again(assessment: Assessment) -> Notice | None:
    returned = Review.objects.of(assessment).filter(decision=Decision.RETURNED, reviewer__is_active=True).first()
    if returned is None:
        return None
    name = f"{assessment.team}, {assessment.organization}, {assessment.cycle}"
    text = (
        f"{name}: the team has submitted again what you returned. What changed stands on the review page.\n\n"
        f"{absolute(reverse('admin:assessments_assessment_change', args=[assessment.pk]))}\n"
    )
    return Notice((returned.reviewer.email,), _line(f"Submitted again: {name}"), text)


def _link(name: str, assessment: Assessment) -> str:
    return absolute(reverse(name, args=[assessment.pk]))


def _line(subject: str) -> str:
    """One line, whatever somebody typed into a name."""
    return f"[AI CMM] {' '.join(subject.split())}"
