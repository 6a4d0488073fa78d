"""Weighted Cohen's kappa by scikit-learn, in a process of its own: its libraries would double a web process.

Reads one JSON document from standard input, `{"top": 5, "groups": {"all": [[3, 2], [3, 3]]}}`, and writes
`{"all": 0.0}`: for each group of pairs of levels (1 to `top`) the kappa with quadratic weights, null where it is not
defined. Source: Cohen, J. (1968), Weighted kappa, Psychological Bulletin 70 (4).
"""

import json
import math
import sys
import warnings
from collections.abc import Sequence


def weighted_kappa(pairs: Sequence[Sequence[int]], top: int) -> float | None:
    """From -1 to 1, 1 where all pairs agree; None without pairs, or where both gave one level throughout."""
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415 # slow to load, and wanted in this process alone

    if not pairs:
        return None
    first, second = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a division by zero, which the result says, too
        kappa = float(cohen_kappa_score(first, second, labels=list(range(1, top + 1)), weights="quadratic"))
    return None if math.isnan(kappa) else kappa


def reply(document: str) -> str:
    """The document that is written, to the one that is read."""
    asked = json.loads(document)
    return json.dumps({name: weighted_kappa(pairs, asked["top"]) for name, pairs in asked["groups"].items()})


if __name__ == "__main__":
    sys.stdout.write(reply(sys.stdin.read()))
