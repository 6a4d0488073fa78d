"""The people of an organization: who is in it, inviting, roles, and taking up an invitation."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aicmm.links import absolute
from assessments import membership
from assessments.access import (
    invitation_of,
    is_signed_in,
    managed_organization,
    member_of,
    readable_organization,
    signed_in,
)
from assessments.actions import Refused
from assessments.forms import InviteForm, JoinForm, RoleForm
from assessments.models import Invitation


@require_safe
@login_required
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Who is in the organization; leads, and administrators of the CoE, can invite and set roles here."""
    access = readable_organization(signed_in(request), code)
    page = membership.people_page(access.organization, manages=access.manages)
    return render(request, "assessments/people.html", page | {"form": InviteForm()})


@require_POST
@login_required
def invite(request: HttpRequest, code: str) -> HttpResponse:
    """Invite an e-mail address; the link goes out by mail and is shown to whoever invites once."""
    organization = managed_organization(signed_in(request), code)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invited = membership.invite(organization=organization, **form.cleaned_data, by=signed_in(request))
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            invitation = invited.invitation
            link = absolute(reverse("invitation", args=[invitation.token]))
            sent = membership.send_invitation(invitation, link)
            way = f"A mail with the link is on its way to {invitation.email}" if sent else "The mail could not be sent"
            older = " The link of the older invitation no longer works." if invited.replaces else ""
            messages.success(request, f"{way}.{older} You can also hand over the link yourself: {link}")
            return redirect("people", code)
    page = membership.people_page(organization, manages=True)
    return render(request, "assessments/people.html", page | {"form": form}, status=422)


@require_POST
@login_required
def withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take an invitation back."""
    organization = managed_organization(signed_in(request), code)
    membership.withdraw(organization=organization, pk=pk, by=signed_in(request))
    messages.success(request, "The invitation is withdrawn; its link no longer works.")
    return redirect("people", code)


@require_POST
@login_required
def set_role(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Change a member's role."""
    organization = managed_organization(signed_in(request), code)
    member = member_of(organization, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles.")
        return redirect("people", code)
    try:
        membership.set_role(member=member, role=form.cleaned_data["role"], by=signed_in(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{member.user} is a {member.get_role_display().lower()} now.")
    return redirect("people", code)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Asks whether a member is to be removed, and removes."""
    organization = managed_organization(signed_in(request), code)
    member = member_of(organization, pk)
    if request.method != "POST":
        return render(request, "assessments/remove_member.html", {"organization": organization, "member": member})
    try:
        membership.remove(member=member, by=signed_in(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{member.user} is no longer in {organization}.")
        # Who leaves finds no page of the organization any more.
        if member.user == request.user:
            return redirect("home")
    return redirect("people", code)


def own_address(request: HttpRequest) -> HttpResponse:
    """No page: an address is what an invitation was for. The CoE changes it, nobody else; nothing is mailed."""
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation: as the one who is signed in, or as a new person."""
    found: Invitation = invitation_of(token)
    if is_signed_in(request.user):
        return _join_signed_in(request, found)
    if request.method != "POST" and membership.has_account(found):
        return _sign_in_first(request, membership.HasAccount(found))
    form = JoinForm(request.POST or None, invitation=found)
    if request.method == "POST" and form.is_valid():
        try:
            user = membership.join_as_new(invitation=found, **form.cleaned_data)
        except membership.HasAccount as refusal:
            return _sign_in_first(request, refusal)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
            return redirect("home")
    return render(
        request, "assessments/join.html", {"form": form, "invitation": found}, status=422 if form.errors else 200
    )


def _sign_in_first(request: HttpRequest, refusal: membership.HasAccount) -> HttpResponse:
    messages.info(request, str(refusal))
    return redirect(f"{reverse('account_login')}?next={request.path}")


def _join_signed_in(request: HttpRequest, found: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "assessments/join.html", {"invitation": found})
    try:
        member = membership.join(invitation=found, user=signed_in(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("invitation", found.token)
    messages.success(request, f"You are a {member.get_role_display().lower()} of {member.organization} now.")
    return redirect("home")
