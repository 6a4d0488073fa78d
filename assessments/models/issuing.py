"""Which PDFs were handed out, by their digests: what tells a file that is unchanged from any other."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from aicmm.prepared import Argument, Prepared

from .people import Organization
from .sealing import OF_WHAT, Scorecard


class PaperKind(models.TextChoices):
    SCORECARD = "scorecard", "Scorecard"
    BRIEF = "brief", "Brief"
    PORTFOLIO = "portfolio", "Portfolio report"


class IssuedPaperQuerySet(models.QuerySet["IssuedPaper"]):
    def with_digest(self, sha256: str) -> Self:
        """The file with this SHA-256, with what its seal is of."""
        of_what = [f"scorecard__{part}" for part in OF_WHAT]
        return self.filter(sha256=sha256).select_related("organization", *of_what).defer("scorecard__document")

    def note(
        self,
        *,
        sha256: str,
        kind: PaperKind,
        scorecard: int | None = None,
        organization: int | None = None,
        as_of: datetime | None = None,
    ) -> None:
        """Make sure that this file is among those handed out. One query where it is, two the first time."""
        if not _KNOWN.rows(sha256=sha256):
            # Whoever hands out the same one at the same moment has noted the same.
            paper = self.model(
                sha256=sha256, kind=kind, scorecard_id=scorecard, organization_id=organization, as_of=as_of
            )
            self.bulk_create([paper], ignore_conflicts=True)


_KNOWN = Prepared(
    lambda: IssuedPaper.objects.filter(sha256=Argument("sha256", models.CharField())).order_by().values_list("pk")
)


class IssuedPaper(models.Model):
    """A sealed PDF that was handed out. `sha256` is of all its bytes. Rows are only ever added, and the database sees
    to it; see `assessments.issued_only_added`. `scorecard` is empty for what is made of many: that has the
    `organization` that it is of, and the moment whose state it shows; those noted before this was kept have neither."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    kind = models.CharField(max_length=20, choices=PaperKind)
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, null=True, related_name="papers")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="papers")
    as_of = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = IssuedPaperQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="issued_paper_kind_known"),
            models.CheckConstraint(condition=~Q(sha256=""), name="issued_paper_has_digest"),
            models.CheckConstraint(
                condition=~Q(kind="scorecard") | Q(scorecard__isnull=False), name="issued_scorecard_is_of_one"
            ),
            models.CheckConstraint(
                condition=Q(organization=None, as_of=None) | Q(organization__isnull=False, as_of__isnull=False),
                name="issued_of_organization_as_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"
