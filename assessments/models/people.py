"""Organizations, the people in them and what each may do."""

import secrets
from datetime import timedelta
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from aicmm.names import NameField
from assessments.permissions import permissions_of


class CoeRole(models.TextChoices):
    """What someone does at the Center of Excellence; empty for people of agencies."""

    NONE = "", "None (agency)"
    REVIEWER = "reviewer", "Reviewer"
    ADMINISTRATOR = "administrator", "Administrator"


class UserManager(BaseUserManager["User"]):
    """Makes people; their e-mail address is their name at sign-in."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """What `manage.py createsuperuser` calls: an administrator of the CoE."""
        return self.create_user(email, password, coe_role=CoeRole.ADMINISTRATOR, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person. Agency people get their rights from memberships, CoE staff from `coe_role`; nobody has any others."""

    email = models.EmailField("e-mail address", unique=True)
    name = NameField(max_length=150)
    coe_role = models.CharField("CoE role", max_length=20, choices=CoeRole, blank=True, default=CoeRole.NONE)
    is_active = models.BooleanField(
        "active", default=True, help_text="Untick instead of deleting: what someone did stays theirs."
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
            models.CheckConstraint(condition=models.Q(coe_role__in=CoeRole.values), name="user_coe_role_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        """How the admin greets them."""
        return str(self)

    @property
    def is_staff(self) -> bool:
        """Whether the admin is open to this person."""
        return self.is_active and bool(self.coe_role)

    @property
    def is_superuser(self) -> bool:
        """Nobody stands above the rules: every right comes from a role."""
        return False

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.coe_role == CoeRole.ADMINISTRATOR

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002 (Django's signature)
        return self.is_active and perm in permissions_of(self.coe_role)

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and any(perm.startswith(f"{app_label}.") for perm in permissions_of(self.coe_role))


class OrganizationKind(models.TextChoices):
    DEPARTMENT = "department", "Department"
    BUREAU = "bureau", "Bureau or component"
    INDEPENDENT = "independent", "Independent agency"


class OrganizationSize(models.TextChoices):
    """By the number of employees; empty where the CoE hasn't said."""

    UNKNOWN = "", "Not said"
    SMALL = "small", "Up to 999 employees"
    MEDIUM = "medium", "1,000 to 9,999 employees"
    LARGE = "large", "10,000 employees or more"


class Organization(models.Model):
    """An agency or bureau."""

    code = models.SlugField(unique=True, help_text="Short name for addresses, such as “energy”. It doesn't change.")
    name = NameField(max_length=150, unique=True)
    kind = models.CharField(max_length=20, choices=OrganizationKind, default=OrganizationKind.DEPARTMENT)
    size = models.CharField(max_length=20, choices=OrganizationSize, blank=True, default=OrganizationSize.UNKNOWN)
    people = models.ManyToManyField(User, through="Membership", related_name="organizations")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganizationKind.values), name="organization_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(size__in=OrganizationSize.values), name="organization_size_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do in an organization."""

    LEAD = "lead", "Lead"
    CONTRIBUTOR = "contributor", "Contributor"
    VIEWER = "viewer", "Viewer"


class Membership(models.Model):
    """A person's role in an organization."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["organization__name", "user__name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="membership_once_per_organization"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()}, {self.organization})"


INVITATION_LASTS = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Those that can still be taken up."""
        return self.unused().filter(expires_at__gt=timezone.now())

    def unused(self) -> Self:
        """Those that were neither taken up nor taken back, expired or not."""
        return self.filter(accepted_at=None, withdrawn_at=None)


def invitation_expiry() -> Any:
    return timezone.now() + INVITATION_LASTS


def new_token() -> str:
    return secrets.token_urlsafe(32)


class Invitation(models.Model):
    """A way into an organization for one e-mail address: works once and expires.

    One that is taken back, or replaced by a newer one for the same address, stays, so that its link says so.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=20, choices=Role, default=Role.CONTRIBUTOR)
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(default=invitation_expiry)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_per_address",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(withdrawn_at=None),
                name="invitation_accepted_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"

    @property
    def is_open(self) -> bool:
        return not self.closed_because

    @property
    def closed_because(self) -> str:
        """Why the link no longer works, as a sentence; empty while it does."""
        if self.accepted_at:
            return "This invitation was used."
        if self.withdrawn_at:
            return "This invitation was taken back, or a newer one has replaced it."
        return "This invitation has expired." if self.expires_at <= timezone.now() else ""
