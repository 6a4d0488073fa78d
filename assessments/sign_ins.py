"""Signing in and out, and passwords that people change themselves, in the audit trail; never what was typed as one."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set, user_logged_in
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver

from assessments.actions import record
from assessments.models import User

UNKNOWN = "an address without an account"


@receiver(user_logged_in)
def signed_in(*, user: User, **_: Any) -> None:
    record("signed in", by=user, about=user, subject=user.email)


@receiver(user_logged_out)
def signed_out(*, user: User | None, **_: Any) -> None:
    if user:
        record("signed out", by=user, about=user, subject=user.email)


@receiver(user_login_failed)
def sign_in_failed(*, credentials: dict[str, Any], **_: Any) -> None:
    """Some type their password where the address belongs, so an address is named only where it has an account.

    There is a row either way: the time that one takes tells nobody which addresses have an account.
    """
    typed = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=typed).first()
    record("sign-in failed", by=None, about=user, subject=user.email if user else UNKNOWN)


@receiver([password_changed, password_set])
def changed_password(*, user: User, **_: Any) -> None:
    record("password changed", by=user, about=user, subject=user.email)


@receiver(password_reset)
def reset_password(*, user: User, **_: Any) -> None:
    record("password reset", by=user, about=user, subject=user.email)
