"""Reading a sealed submission by a link from outside: what the pages print, the log of visits, and tries to get in."""

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from aicmm import auditing
from assessments import outcome, paper_store, results
from assessments.access import by_link, decided_reviews
from assessments.datatypes import without_texts
from assessments.models import Assessment, ShareLink, ShareVisit, VisitKind
from assessments.narrative import in_short, narrative
from assessments.submissions import standing_of
from assessments.visitors import client_of, counted_as, network_of

MOST_TRIES = 10
"""Wrong passphrases that one address may type for one link in an hour."""
HOUR = 60 * 60
LOG_SHOWN = 200


# ---- For those who share ----


def links_page(assessment: Assessment) -> dict[str, Any]:
    """What the page of an assessment's links prints beside its form."""
    return {"assessment": assessment, "links": ShareLink.objects.of(assessment).with_visits()}


def log_page(assessment: Assessment, link: ShareLink) -> dict[str, Any]:
    """What the log of a link (`with_visits`) prints: the newest visits, and how many there are."""
    return {
        "assessment": assessment,
        "link": link,
        "visits": link.visits.all()[:LOG_SHOWN],
        "shown": LOG_SHOWN,
        "kept_days": settings.VISIT_DAYS,
    }


# ---- For whoever holds a link ----


def shared_page(link: ShareLink) -> dict[str, Any]:
    """What the holder of a link reads: the submission it was made for, and where that stands today."""
    access = by_link(link)
    submission = standing_of(link.scorecard)
    decided = list(
        decided_reviews(access, link.created_by).filter(scorecard=link.scorecard_id).prefetch_related("areas")
    )
    whole = results.with_verdict(results.for_reader(access, submission), decided)
    sheet = whole if link.shows_texts else without_texts(whole)
    story = in_short(sheet)
    return {
        "link": link,
        "sheet": sheet,
        "story": story,
        "reviews": decided if link.shows_texts else [],
        "told": narrative(sheet).stories if link.shows_texts else (),
        **outcome.drawings(sheet, story),
    }


def scorecard(link: ShareLink) -> paper_store.Paper:
    """The PDF of the submission that a link is for; `pdf.PdfUnavailable` where it can't be made."""
    return paper_store.scorecard(by_link(link), link.created_by, standing_of(link.scorecard))


def brief(link: ShareLink) -> paper_store.Paper:
    """The same on one page; what people wrote has no part in it, and their names only where the link shows them."""
    return paper_store.brief(
        by_link(link), link.created_by, standing_of(link.scorecard), figures_only=not link.shows_texts
    )


def note_visit(link: ShareLink, kind: VisitKind, *, agent: str) -> None:
    """Write down that somebody came; `agent` is what their browser calls itself."""
    ShareVisit.objects.create(
        link=link, at=timezone.now(), kind=kind, network=network_of(auditing.source()), client=client_of(agent)
    )


def prune_visits() -> int:
    """Delete the visits by links that ended longer ago than `VISIT_DAYS`, and say how many these were."""
    limit = timezone.now() - timedelta(days=settings.VISIT_DAYS)
    old = [link.pk for link in ShareLink.objects.filter(created_at__lt=limit) if link.ends_at < limit]
    count, _ = ShareVisit.objects.filter(link__in=old).delete()
    return count


# ---- Tries at a passphrase ----


def take_try(link: ShareLink) -> str:
    """A try at a link's passphrase for the address that asks, to be given back where it was the right one; empty where
    all of this hour's are used up.

    Each is an entry of its own in the cache, which only one request can add: however many processes answer at once,
    there are no more. The address stands there as a digest.
    """
    who = hashlib.sha256(f"{link.token_hash} {counted_as(auditing.source())}".encode()).hexdigest()
    for number in range(MOST_TRIES):
        key = f"share-try:{who}:{number}"
        if cache.add(key, True, timeout=HOUR):
            return key
    return ""


def give_back(attempt: str) -> None:
    cache.delete(attempt)
