"""Addresses of the application itself; docs/roles.md says who may open which."""

from django.urls import path

from assessments.views import answer, exporting, health, keeping, organizations, pages, people, result

urlpatterns = [
    path("", pages.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("how-scoring-works/", pages.how_scoring_works, name="how-scoring-works"),
    path("assessments/", pages.assessments, name="assessments"),
    path("assessments/new/", pages.new, name="assessment-new"),
    path("assessments/<uuid:pk>/", answer.assessment, name="assessment"),
    path("assessments/<uuid:pk>/answers/<slug:code>/", answer.save_answer, name="save-answer"),
    path("assessments/<uuid:pk>/results/", result.result, name="result"),
    path("assessments/<uuid:pk>/peers/", result.peers, name="peers"),
    path("assessments/<uuid:pk>/scorecard.pdf", result.scorecard_pdf, name="scorecard-pdf"),
    path("assessments/<uuid:pk>/brief.pdf", result.brief_pdf, name="brief-pdf"),
    path("assessments/<uuid:pk>/export.json", exporting.one, {"kind": "json"}, name="export-json"),
    path("assessments/<uuid:pk>/export.csv", exporting.one, {"kind": "csv"}, name="export-csv"),
    path("assessments/<uuid:pk>/export.xlsx", exporting.one, {"kind": "xlsx"}, name="export-xlsx"),
    path("assessments/<uuid:pk>/submit/", result.submit, name="submit"),
    path("assessments/<uuid:pk>/rename/", keeping.rename, name="rename"),
    path("assessments/<uuid:pk>/delete/", keeping.discard, name="discard"),
    path("assessments/<uuid:pk>/<slug:code>/", answer.area, name="area"),
    path("verify/<slug:code>/", result.verify, name="verify"),
    path("organizations/<slug:code>/portfolio.pdf", organizations.portfolio_pdf, name="organization-portfolio-pdf"),
    path("organizations/<slug:code>/people/", people.people, name="people"),
    path("organizations/<slug:code>/people/invite/", people.invite, name="invite"),
    path("organizations/<slug:code>/people/invitations/<int:pk>/withdraw/", people.withdraw, name="withdraw"),
    path("organizations/<slug:code>/people/<int:pk>/", people.set_role, name="set-role"),
    path("organizations/<slug:code>/people/<int:pk>/remove/", people.remove, name="remove-member"),
    path("accounts/email/", people.own_address, name="account_email"),
    path("accounts/confirm-email/", people.own_address, name="account_email_verification_sent"),
    path("invitations/<slug:token>/", people.invitation, name="invitation"),
]
