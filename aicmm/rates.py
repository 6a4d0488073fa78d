"""How often one address may ask for something: allauth's counting in the cache, which every process shares.

`settings.RATES` says how often. IPv6 addresses count by their network, as those of sign-in do.
"""

from datetime import timedelta
from http import HTTPStatus

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from aicmm.auditing import source

APP = "aicmm"


def refused(request: HttpRequest, action: str, *, back: str) -> HttpResponse | None:
    """Count one more of `action` for the address that asks: 429 with when to come again, where that is too many, and
    the way `back` to where that is done, a path."""
    key = ratelimit.truncate_ip(source())
    if ratelimit.consume(request, app=APP, action=action, config=settings.RATES, key=key, limit_get=True):
        return None
    (rate,) = ratelimit.get_rates(app=APP, action=action, config=settings.RATES)
    # A minute is told without its seconds: the one after that, so that nobody comes too early.
    again_at = timezone.now() + timedelta(seconds=rate.duration, minutes=1)
    page = {"again_at": again_at, "back": back}
    response = render(request, "429.html", page, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(int(rate.duration))
    return response
