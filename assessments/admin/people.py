"""Organizations, cycles, people and memberships: the administrator's part."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from aicmm.auditing import AuditedAdmin, announce, changed, differences
from aicmm.links import absolute
from assessments import membership
from assessments.access import signed_in
from assessments.accounts import password_path
from assessments.models import Cycle, Invitation, Membership, Organization, User
from assessments.models.people import InvitationQuerySet

from .base import ReadOnlyAdmin


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]
    fields = ["user", "role"]


@receiver(changed, sender=Membership)
def withdraw_invitations(*, request: HttpRequest, row: Membership, **_: Any) -> None:
    """Whoever is put in or out here needs no invitation that was made before."""
    membership.withdraw_older(row, by=signed_in(request))


@admin.register(Organization)
class OrganizationAdmin(AuditedAdmin):
    list_display = ["name", "code", "kind", "size"]
    list_filter = ["kind", "size"]
    search_fields = ["name", "code"]
    prepopulated_fields = {"code": ["name"]}
    inlines = [MembershipInline]


@admin.register(Cycle)
class CycleAdmin(AuditedAdmin):
    list_display = ["name", "code", "starts_on", "due_on", "state"]
    search_fields = ["name", "code"]

    @admin.display(description="State")
    def state(self, cycle: Cycle) -> str:
        return "Open" if cycle.is_open(timezone.localdate()) else "Not offered to teams yet"

    def save_model(self, request: HttpRequest, obj: Cycle, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.is_open(timezone.localdate()):
            day = date_format(obj.starts_on, "F j, Y")
            self.message_user(request, f"Teams can't choose {obj} before it starts, on {day}.", messages.WARNING)


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    list_display = ["user", "organization", "role", "since"]
    list_filter = ["role", "organization"]
    search_fields = ["user__name", "user__email", "organization__name"]
    autocomplete_fields = ["user", "organization"]
    list_select_related = ["user", "organization"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Leads invite, and administrators, from an organization's page; here one sees what is open, and takes it back.

    The token stays with those who hold the link.
    """

    list_display = ["email", "organization", "role", "invited_by", "expires_at", "accepted_at", "withdrawn_at"]
    actions = ["withdraw"]
    list_filter = ["organization"]
    search_fields = ["email", "organization__name"]
    fields = ["email", "organization", "role", "invited_by", "created_at", "expires_at", "accepted_at", "withdrawn_at"]
    list_select_related = ["organization", "invited_by"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not by token either: a filter would tell it letter by letter."""
        return not lookup.startswith("token") and super().lookup_allowed(lookup, value, request)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("assessments.change_invitation")

    @admin.action(description="Withdraw", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: InvitationQuerySet) -> None:
        """Their links stop working; one that was used, or is over, stays as it is."""
        still_open = list(queryset.open().select_related("organization"))
        for invitation in still_open:
            membership.withdraw(organization=invitation.organization, pk=invitation.pk, by=signed_in(request))
        count = len(still_open)
        done = "1 invitation is withdrawn." if count == 1 else f"{count} invitations are withdrawn."
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, done if count else "None of these is open.", level)


class UserCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A new account, whose person chooses the password by a link that is mailed, or is told the one set here."""

    usable_password = forms.ChoiceField(
        label="Password",
        choices=[("false", "Send a link to set a password"), ("true", "Set a password here")],
        initial="false",
        widget=forms.RadioSelect(attrs={"class": "radiolist"}),
        help_text="The link goes to the e-mail address and works once, for three days.",
    )

    class Meta:
        model = User
        fields = ["email", "name", "coe_role"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("Someone with this address has an account already.")
        return email


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["email", "name", "coe_role", "is_active", "password"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class PersonsMembershipInline(MembershipInline):
    autocomplete_fields = ["organization"]
    fields = ["organization", "role"]


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    form = UserForm
    add_form = UserCreationForm
    add_form_template = "admin/assessments/user_add_form.html"
    list_display = ["name", "email", "coe_role", "is_active", "last_login"]
    list_filter = ["coe_role", "is_active"]
    search_fields = ["name", "email"]
    ordering = ["name"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("Center of Excellence", {"fields": ["coe_role", "is_active"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "coe_role", "usable_password", "password1", "password2"]}),
    ]
    inlines = [PersonsMembershipInline]

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """A person without a password gets the link to set one."""
        if not obj.has_usable_password():
            link = absolute(password_path(obj))
            sent = membership.send_password_link(obj, link, by=signed_in(request))
            way = f"A mail with the link is on its way to {obj.email}" if sent else "The mail could not be sent"
            self.message_user(request, f"{way}. You can also hand over the link yourself: {link}")
        return super().response_add(request, obj, post_url_continue)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django's page for a new password, with the row in the audit trail that its other pages leave."""
        before = self.get_object(request, unquote(id))
        response: HttpResponse = super().user_change_password(request, id, form_url)
        after = before and User.objects.get(pk=before.pk)
        if before and after and before.password != after.password:
            announce(request, after, "changed", differences(before, after, ["password"]))
        return response
