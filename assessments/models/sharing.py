"""Links by which someone outside reads one sealed submission, and the log of who came."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import Count, Max, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from aicmm.names import NameField

from .assessment import Assessment
from .people import User
from .sealing import Scorecard

LONGEST_DAYS = 365
DIGEST_LENGTH = 64
"""Letters of a SHA-256 in hex; a token itself has 43."""


def new_token() -> str:
    """What the address of a link ends with: 256 random bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is kept of a token: whoever reads the database, or a backup of it, can't open a link."""
    return hashlib.sha256(token.encode()).hexdigest()


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def of(self, assessment: Assessment) -> Self:
        """Those to any submission of an assessment, the newest first, with who made and who revoked them."""
        named = self.filter(scorecard__assessment=assessment).select_related("scorecard", "created_by", "revoked_by")
        return named.defer("scorecard__document").order_by("-created_at", "-pk")

    def with_visits(self) -> Self:
        """Adds what `came` says, and `last_visit` of those who got to read."""
        read = Q(visits__kind__in=(VisitKind.PAGE, VisitKind.PDF, VisitKind.BRIEF))
        return self.annotate(
            visit_count=Count("visits", filter=read),
            refused_count=Count("visits", filter=Q(visits__kind=VisitKind.WRONG)),
            asked_count=Count("visits", filter=Q(visits__kind=VisitKind.ASKED)),
            last_visit=Max("visits__at", filter=read),
        )

    def not_revoked(self) -> Self:
        """Those that work or have expired."""
        return self.filter(revoked_at=None)

    def with_token(self, token: str) -> Self:
        """The one whose address ends with this, works it or not, with what its page needs."""
        found = self.filter(token_hash=token_digest(token)).select_related(
            "created_by",
            "scorecard__assessment__organization",
            "scorecard__assessment__cycle",
            "scorecard__assessment__rubric__publication",
        )
        return found.defer("scorecard__document")


class ShareLink(models.Model):
    """A way to read one sealed submission without an account. Its row stays when it has ended, as its log does.

    `token_hash` is the SHA-256 of what its address ends with, `passphrase` a hash as of passwords, empty without one.
    `revoked_by` is empty where a command revoked it.
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="share_links")
    label = NameField(max_length=100, help_text="For whom it is.")
    token_hash = models.CharField(max_length=DIGEST_LENGTH, unique=True, editable=False)
    passphrase = models.CharField(max_length=128, blank=True, default="", editable=False)
    shows_texts = models.BooleanField(
        default=False,
        help_text="Whether rationales, evidence, comments and names are shown, too, and the PDF.",
    )
    days = models.PositiveSmallIntegerField(help_text="How long it works from when it was made.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    # What `with_visits` adds.
    visit_count: int
    refused_count: int
    asked_count: int
    last_visit: datetime | None

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(label=""), name="share_link_says_for_whom"),
            models.CheckConstraint(
                condition=Exact(Length("token_hash"), DIGEST_LENGTH), name="share_link_token_is_hashed"
            ),
            models.CheckConstraint(
                condition=Q(passphrase="") | Q(("passphrase__contains", "$")), name="share_link_passphrase_is_hashed"
            ),
            models.CheckConstraint(condition=Q(days__range=(1, LONGEST_DAYS)), name="share_link_ends_within_a_year"),
            models.CheckConstraint(
                condition=Q(revoked_by=None) | Q(revoked_at__isnull=False), name="share_link_revoked_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.scorecard.code}"

    @property
    def expires_at(self) -> datetime:
        return self.created_at + timedelta(days=self.days)

    @property
    def ends_at(self) -> datetime:
        """When it ended, or will unless it is revoked before."""
        return min(self.revoked_at or self.expires_at, self.expires_at)

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def works(self) -> bool:
        return self.revoked_at is None and not self.is_expired

    @property
    def listed_count(self) -> int:
        """Rows in the log; needs `with_visits`."""
        return self.visit_count + self.refused_count + self.asked_count

    @property
    def came(self) -> str:
        """Who came, in words that add up to the log: "3 visits, 1 refused"; needs `with_visits`."""
        parts = ["1 visit" if self.visit_count == 1 else f"{self.visit_count} visits"]
        if self.refused_count:
            parts.append(f"{self.refused_count} refused")
        if self.asked_count:
            parts.append(f"{self.asked_count} asked for the passphrase")
        return ", ".join(parts)

    def opens_with(self, passphrase: str) -> bool:
        return check_password(passphrase, self.passphrase)


class VisitKind(models.TextChoices):
    """What somebody who came got to see, or did."""

    PAGE = "page", "Read the result"
    PDF = "pdf", "Fetched the scorecard (PDF)"
    BRIEF = "brief", "Fetched the one-page brief (PDF)"
    ASKED = "asked", "Was asked for the passphrase"
    WRONG = "wrong", "Typed a wrong passphrase"


class ClientKind(models.TextChoices):
    """With what somebody came, as coarse as that."""

    CHROME = "chrome", "Chrome"
    EDGE = "edge", "Edge"
    FIREFOX = "firefox", "Firefox"
    SAFARI = "safari", "Safari"
    OTHER = "other", "Another browser"
    PROGRAM = "program", "A program, such as a mail scanner"


class ShareVisit(models.Model):
    """Somebody came by a link. `network` is the beginning of their IP address, empty where there was none: who it was
    stays unsaid."""

    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="visits")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=20, choices=VisitKind)
    network = models.CharField(max_length=50, blank=True)
    client = models.CharField(max_length=20, choices=ClientKind)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=VisitKind.values), name="share_visit_kind_known"),
            models.CheckConstraint(condition=Q(client__in=ClientKind.values), name="share_visit_client_known"),
            models.CheckConstraint(
                condition=Q(network="") | Q(network__endswith="/24") | Q(network__endswith="/48"),
                name="share_visit_network_is_cut_short",
            ),
        ]
        indexes = [models.Index(fields=["link", "-at"], name="share_visit_log")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.at:%Y-%m-%d %H:%M}"
