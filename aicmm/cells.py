"""What people typed, as cells of a table that a spreadsheet opens."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet calculate a cell instead of showing it; the wide ones count where people type them."""


def never_formula(text: str) -> str:
    """The text as a cell of a CSV file: with an apostrophe before it where it would be taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
