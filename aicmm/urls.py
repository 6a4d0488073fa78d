"""Every address of the application."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

# The few lists are all on the admin's first page; beside every page they take the room that tables need.
admin.site.enable_nav_sidebar = False
# The header has a link of its own to the application.
admin.site.site_url = None
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents
# Django's own page for a new password takes as many guesses at the old one as one likes, and leaves no audit row.
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")  # type: ignore[method-assign, assignment]

urlpatterns = [
    path("", include("assessments.urls")),
    path("model/", include("rubric.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", include("assessments.urls_coe")),
    path("admin/", admin.site.urls),
]
