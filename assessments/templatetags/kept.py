"""`{% kept "components/….html" with … only %}`: an include whose text is made once for the same values.

For components that print little but the rubric: it never changes once published, and making its text anew is most of
what a page costs. The same component with equal values always has the same text, whoever asks for it, because `only`
leaves it nothing else to print. What somebody typed would stay in memory, and seldom come again: it goes by a name that
begins with `fresh_`. Such a value is no part of what is kept. The component prints its place with `{{ fresh_… }}` and
nothing else, and each time the value is put there, escaped as ever.
"""

import re
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context, TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token, render_value_in_context
from django.template.loader import get_template
from django.template.loader_tags import do_include
from django.utils.safestring import SafeString

register = template.Library()

MOST = 2000
"""Texts kept for each process, of 1 to 8 kB; the AI CMM's questions have 232 choices, its areas' stories are many."""
FRESH = "fresh_"

_PLACE = re.compile("\x00([^\x00]+)\x00")
"""Where a fresh value goes: no text of a rubric has this sign in it."""

Values = tuple[tuple[str, type, Any], ...]
"""Name, type and value. The type, because 1 equals True, and text that is escaped equals text that isn't."""


@lru_cache(maxsize=MOST)
def _pieces(name: str, values: Values, fresh: tuple[str, ...]) -> tuple[SafeString, ...]:
    """The component's text, cut at the places of fresh values: text, a value's name, text, and so on."""
    component: Any = get_template(name)
    places = {key: SafeString(f"\x00{key}\x00") for key in fresh}
    text = component.template.render(Context({key: value for key, _, value in values} | places))
    return tuple(SafeString(piece) for piece in _PLACE.split(text))


class KeptNode(Node):
    def __init__(self, name: FilterExpression, values: dict[str, FilterExpression]) -> None:
        self.name = name
        self.values = {key: value for key, value in values.items() if not key.startswith(FRESH)}
        self.fresh = {key: value for key, value in values.items() if key.startswith(FRESH)}

    def render(self, context: Context) -> SafeString:
        resolved = ((key, expression.resolve(context)) for key, expression in self.values.items())
        values = tuple((key, type(value), value) for key, value in resolved)
        pieces = _pieces(self.name.resolve(context), values, tuple(self.fresh))
        if len(pieces) == 1:
            return pieces[0]
        fresh = {key: render_value_in_context(value.resolve(context), context) for key, value in self.fresh.items()}
        return SafeString("".join([fresh[piece] if at % 2 else piece for at, piece in enumerate(pieces)]))


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    include: Any = do_include(parser, token)
    if not include.isolated_context:
        raise TemplateSyntaxError("What is kept depends on what it is given alone: end the tag with “only”.")
    return KeptNode(include.template, include.extra_context)
