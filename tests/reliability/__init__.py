"""What must hold when processes die, the database goes away, people write at once, or a backup is needed."""

import os
from collections.abc import Callable

ROUNDS = int(os.environ.get("RELIABILITY_ROUNDS", "1"))
"""How many times the usual repetitions: RELIABILITY_ROUNDS=10 pytest tests/reliability."""

Figures = Callable[[str, object], None]
"""pytest's `record_property`: what a test counted stands in its JUnit report."""
