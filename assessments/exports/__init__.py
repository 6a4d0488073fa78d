"""Assessments as files for other programs: JSON, CSV and XLSX from one document each. docs/exports.md describes them.

Pure but for the file that a workbook is written to: no models. `assessments.exporting` makes the documents from rows.
"""

from . import csv_, json_, xlsx
from .documents import Document, ReviewedAnswer, ReviewedArea, ReviewNote, Setting, document
from .tables import TABLES, TEAM_TABLES, Table

__all__ = [
    "TABLES",
    "TEAM_TABLES",
    "Document",
    "ReviewNote",
    "ReviewedAnswer",
    "ReviewedArea",
    "Setting",
    "Table",
    "csv_",
    "document",
    "json_",
    "xlsx",
]
