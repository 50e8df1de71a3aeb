"""Reads the forms of a page as a browser would fill and send them."""

from __future__ import annotations

from html.parser import HTMLParser


class Forms(HTMLParser):
    """The forms of a page: for each address the fields that a browser would send."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, dict[str, str]] = {}
        self._here: dict[str, str] = {}
        self._text: str | None = None
        self._select = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = self.forms.setdefault(has.get("action", ""), {})
        elif tag == "input" and "name" in has and (has.get("type") != "checkbox" or "checked" in has):
            self._here[has["name"]] = has.get("value", "")
        elif tag == "textarea":
            self._text = has["name"]
            self._here[self._text] = ""
        elif tag == "select":
            self._select = has["name"]
            self._here.setdefault(self._select, "")
        elif tag == "option" and "selected" in has:
            self._here[self._select] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._here[self._text] += data


def form_of(page: str, action: str) -> dict[str, str]:
    """Return the fields of the form that goes to an address, its token left out."""
    return {name: value for name, value in Forms(page).forms[action].items() if name != "csrf"}
