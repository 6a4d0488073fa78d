"""How people get accounts: by invitation or from the CoE, never by themselves; and what is mailed about them."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from aicmm.links import absolute
from assessments.models import User

ADDRESS = "E-mail address"


class LoginForm(forms.LoginForm):  # type: ignore[misc]
    """allauth's, in the words of our own forms."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = ADDRESS


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]
    """allauth's, in the words of our own forms."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = ADDRESS


def password_path(user: User) -> str:
    """The address at which this person can choose a password, once; for as long as a reset's link holds."""
    key = forms.default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not correct.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth's signature)
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail; allauth would make it of the host name in the request."""
        return absolute(urlsplit(super().get_reset_password_from_key_url(key)).path)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The same for the name that the mail's text gives the site."""
        site = SimpleNamespace(name="AI CMM", domain=urlsplit(settings.SITE_URL).netloc)
        super().send_mail(template_prefix, email, {"current_site": site, **context})
