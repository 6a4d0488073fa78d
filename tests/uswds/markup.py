"""Rendered forms as assistive technology meets them: elements, their names and their descriptions."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django import forms

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element:
    """One element of a page."""

    def __init__(self, tag: str, attrs: dict[str, str | None], parent: "Element | None" = None) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str | None:
        return self.attrs[name]

    def get(self, name: str) -> str | None:
        return self.attrs.get(name)

    @property
    def classes(self) -> list[str]:
        return (self.get("class") or "").split()

    @property
    def text(self) -> str:
        """All its text, spaces tidied."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()

    @property
    def raw(self) -> str:
        """Its text to the letter, as a text area keeps it."""
        return "".join(self._texts())

    def walk(self) -> Iterator["Element"]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, tag: str | None = None, **attrs: Any) -> list["Element"]:
        """The elements below with this tag and these attributes; `css="x"` asks for a class."""
        css = attrs.pop("css", None)
        return [
            element
            for element in self.walk()
            if (tag is None or element.tag == tag)
            and (css is None or css in element.classes)
            and all(element.get(name) == value for name, value in attrs.items())
        ]

    def one(self, tag: str | None = None, **attrs: Any) -> "Element":
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} elements {tag} {attrs}"
        return found[0]

    def by_id(self, ident: str) -> "Element":
        return self.one(None, id=ident)

    def label_of(self, control: "Element") -> str:
        """What names an input: the text of the one label that points at it."""
        (label,) = [label for label in self.all("label") if label["for"] == control["id"]]
        return label.text

    def description_of(self, element: "Element") -> str:
        """What describes an element: the texts that aria-describedby names, in its order. Each has to exist."""
        return " ".join(self.by_id(ident).text for ident in (element.get("aria-describedby") or "").split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in {tag}: {names}"
        element = Element(tag, dict(attrs), self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def parse(html: str) -> Element:
    """A page as a tree. Tags that don't match, doubled attributes and doubled ids fail."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.here is builder.root, f"<{builder.here.tag}> is never closed"
    ids = [element["id"] for element in builder.root.walk() if "id" in element.attrs]
    assert len(ids) == len(set(ids)), f"an id twice: {ids}"
    assert "" not in ids
    return builder.root


def render(form: forms.BaseForm | forms.BaseFormSet, helper: FormHelper | None = None) -> Element:
    """A form as `{% crispy form %}` shows it."""
    page = parse(render_crispy_form(form, FormHelper() if helper is None else helper, {"csrf_token": "token"}))
    for element in page.walk():
        page.description_of(element)
        if element.tag == "label":
            page.by_id(element["for"] or "")
        if element.tag == "a":
            page.by_id((element["href"] or "").removeprefix("#"))
    return page
