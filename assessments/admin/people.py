"""Organizations, cycles, people and memberships: the administrator's part."""

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from aicmm.auditing import AuditedAdmin, announce, differences
from assessments.models import Cycle, Invitation, Membership, Organization, User

from .base import ReadOnlyAdmin


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]
    fields = ["user", "role"]


@admin.register(Organization)
class OrganizationAdmin(AuditedAdmin):
    list_display = ["name", "code", "kind", "size"]
    list_filter = ["kind", "size"]
    search_fields = ["name", "code"]
    prepopulated_fields = {"code": ["name"]}
    inlines = [MembershipInline]


@admin.register(Cycle)
class CycleAdmin(AuditedAdmin):
    list_display = ["name", "code", "starts_on", "due_on"]
    search_fields = ["name", "code"]


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    list_display = ["user", "organization", "role", "since"]
    list_filter = ["role", "organization"]
    search_fields = ["user__name", "user__email", "organization__name"]
    autocomplete_fields = ["user", "organization"]
    list_select_related = ["user", "organization"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Leads invite; here one sees what is open. The token stays with those who hold the link."""

    list_display = ["email", "organization", "role", "invited_by", "expires_at", "accepted_at"]
    list_filter = ["organization"]
    search_fields = ["email", "organization__name"]
    fields = ["email", "organization", "role", "invited_by", "created_at", "expires_at", "accepted_at"]
    list_select_related = ["organization", "invited_by"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not by token either: a filter would tell it letter by letter."""
        return not lookup.startswith("token") and super().lookup_allowed(lookup, value, request)


class UserCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
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

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django's page for a new password, with the row in the audit trail that its other pages leave."""
        before = self.get_object(request, unquote(id))
        response: HttpResponse = super().user_change_password(request, id, form_url)
        after = before and User.objects.get(pk=before.pk)
        if before and after and before.password != after.password:
            announce(request, after, "changed", differences(before, after, ["password"]))
        return response
