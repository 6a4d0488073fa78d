"""`{% kept "components/….html" with … only %}`: an include whose text is made once for the same values.

For components that print little but the rubric: it never changes once published, and making its text anew is most of
what a page costs. The same component with equal values always has the same text, whoever asks for it, because `only`
leaves it nothing else to print. Not for what somebody typed: it would stay in memory, and seldom come again.
"""

from functools import lru_cache
from typing import Any

from django import template
from django.template import Context, TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.loader import get_template
from django.template.loader_tags import do_include
from django.utils.safestring import SafeString

register = template.Library()

MOST = 2000
"""Texts kept for each process, of 1 to 8 kB; the AI CMM's questions have 232 choices, its areas' stories are many."""

Values = tuple[tuple[str, type, Any], ...]
"""Name, type and value. The type, because 1 equals True, and text that is escaped equals text that isn't."""


@lru_cache(maxsize=MOST)
def _text(name: str, values: Values) -> SafeString:
    component: Any = get_template(name)
    return SafeString(component.template.render(Context({key: value for key, _, value in values})))


class KeptNode(Node):
    def __init__(self, name: FilterExpression, values: dict[str, FilterExpression]) -> None:
        self.name = name
        self.values = values

    def render(self, context: Context) -> SafeString:
        resolved = ((name, expression.resolve(context)) for name, expression in self.values.items())
        return _text(self.name.resolve(context), tuple((name, type(value), value) for name, value in resolved))


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    include: Any = do_include(parser, token)
    if not include.isolated_context:
        raise TemplateSyntaxError("What is kept depends on what it is given alone: end the tag with “only”.")
    return KeptNode(include.template, include.extra_context)
