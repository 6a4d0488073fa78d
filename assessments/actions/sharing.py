"""What a lead does so that someone outside can read a sealed submission: making a link, and revoking it."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from assessments.models import Assessment, ShareLink, User
from assessments.models.sharing import new_token, token_digest

from .base import record


@dataclass(frozen=True, slots=True)
class Shared:
    """A new link. Its token is here and in its address, and nowhere else: nobody can look it up later."""

    link: ShareLink
    token: str


@transaction.atomic
def share(
    *, assessment: Assessment, submission: int, label: str, days: int, shows_texts: bool, passphrase: str, by: User
) -> Shared:
    """A link to one of an assessment's sealed submissions, by its number, that works for so many days; without a
    passphrase where that is empty."""
    scorecard = assessment.scorecards.defer("document").get(sequence=submission)
    token = new_token()
    link = ShareLink.objects.create(
        scorecard=scorecard,
        label=label,
        token_hash=token_digest(token),
        passphrase=make_password(passphrase) if passphrase else "",
        shows_texts=shows_texts,
        days=days,
        created_by=by,
    )
    record(
        "share link made",
        by=by,
        assessment=assessment,
        about=link,
        subject=label,
        submission=submission,
        days=days,
        shows_texts=shows_texts,
        has_passphrase=bool(passphrase),
    )
    return Shared(link, token)


@transaction.atomic
def revoke(*, link: ShareLink, by: User | None) -> None:
    """End a link at once; one that was revoked before stays as it is. `by` is None for a command."""
    row = ShareLink.objects.select_for_update(of=("self",)).select_related("scorecard__assessment").get(pk=link.pk)
    if row.revoked_at:
        return
    row.revoked_by, row.revoked_at = by, timezone.now()
    row.save(update_fields=["revoked_by", "revoked_at"])
    record("share link revoked", by=by, assessment=row.scorecard.assessment, about=row, subject=row.label)


@transaction.atomic
def revoke_all(*, by: User | None) -> int:
    """End every link that works, and say how many these were."""
    links = [link for link in ShareLink.objects.not_revoked() if link.works]
    for link in links:
        revoke(link=link, by=by)
    return len(links)
