"""Plain text out of HTML: what feeds write is never passed on as markup."""

from __future__ import annotations

from html.parser import HTMLParser

_APART = {"address", "article", "blockquote", "br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"}
_APART |= {"ol", "p", "section", "table", "td", "th", "tr", "ul"}
_UNSEEN = {"script", "style", "template", "noscript", "iframe", "object", "head", "title"}
LONGEST = 1200


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen += 1
        elif tag in _APART:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in _APART:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(data)


def text_of(html: str, longest: int = LONGEST) -> str:
    """Return the text of an HTML fragment on one line, cut at a word's end after `longest` letters."""
    reader = _Reader()
    reader.feed(html[: longest * 20])
    reader.close()
    # A control or bidirectional letter from a feed could turn the words around it.
    words = "".join(char for char in "".join(reader.parts) if char.isprintable() or char.isspace()).split()
    text = " ".join(words)
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + "…"
