"""What is printed: the scorecard of an assessment, its one-page brief, and an organization's portfolio.

HTML made for print, and PDF/UA-1 of it. Takes values, imports no models. `aicmm.pdf` makes the files.
"""

from assessments.reports.brief import brief_html, brief_pdf
from assessments.reports.portfolio import portfolio_html, portfolio_pdf
from assessments.reports.printing import (
    PrintedLink,
    PrintedText,
    printed_date,
    printed_link,
    printed_moment,
    printed_text,
    runs_leftwards,
)
from assessments.reports.scorecard import scorecard_html, scorecard_pdf

__all__ = [
    "PrintedLink",
    "PrintedText",
    "brief_html",
    "brief_pdf",
    "portfolio_html",
    "portfolio_pdf",
    "printed_date",
    "printed_link",
    "printed_moment",
    "printed_text",
    "runs_leftwards",
    "scorecard_html",
    "scorecard_pdf",
]
