"""The demo: who is in it (`cast`), what happened to each team (`teams/`, read by `story`), and how it is built."""

from .build import AlreadyTaken, build, is_built, set_password
from .cast import SIGNING_IN

__all__ = ["SIGNING_IN", "AlreadyTaken", "build", "is_built", "set_password"]
