"""How often one address may ask for something: allauth's counting in the cache, which every process shares.

`settings.RATES` says how often. IPv6 addresses count by their network, as those of sign-in do.
"""

from http import HTTPStatus

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from aicmm.auditing import source

APP = "aicmm"


def refused(request: HttpRequest, action: str) -> HttpResponse | None:
    """Count one more of `action` for the address that asks: 429 with when to come again, where that is too many."""
    key = ratelimit.truncate_ip(source())
    if ratelimit.consume(request, app=APP, action=action, config=settings.RATES, key=key, limit_get=True):
        return None
    (rate,) = ratelimit.get_rates(app=APP, action=action, config=settings.RATES)
    response = render(request, "429.html", {"minutes": round(rate.duration / 60)}, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(int(rate.duration))
    return response
