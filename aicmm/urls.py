"""Every address of the application."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView

# The few lists are all on the admin's first page; beside every page they take the room that tables need.
admin.site.enable_nav_sidebar = False
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents
# One page to change one's own password, whose changes are in the audit trail.
own_password = RedirectView.as_view(url=reverse_lazy("account_change_password"))
admin.site.password_change = own_password  # type: ignore[assignment, method-assign]

urlpatterns = [
    path("", include("assessments.urls")),
    path("model/", include("rubric.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", include("assessments.urls_coe")),
    path("admin/", admin.site.urls),
]
