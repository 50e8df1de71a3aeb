"""A message as a channel shows it: text in its length, buttons where it has them, numbers elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from bot.channels.menu import is_numbered, items
from bot.channels.model import FORMS, Button, Form, Part
from bot.channels.splitting import split, units
from bot.conversations.choices import NUMBERS_MOST
from bot.conversations.model import Block, Message, Sender
from bot.conversations.sms import simpler
from bot.wording import Wording

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_LINK = re.compile(r"\[([^\[\]]+)\]\(((?:https?://|mailto:|tel:)[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)")
_WORDS = re.compile(r"\w+")
CARD_LINES = 2
"""Of each card of a list, where a text is paid by its length: when and where."""


def parts_of(message: Message, channel: str, wording: Wording) -> list[Part]:
    """Return a message of the log as the messages that go out by `channel`, none for one that only asks for input."""
    form = FORMS[channel]
    writer = _Writer(form, wording, message.lang)
    paragraphs: list[str] = []
    for block in message.blocks:
        if words := writer.block(block, "\n\n".join(paragraphs)):
            paragraphs.append(words)
    if message.sender is Sender.STAFF and message.name and paragraphs:
        paragraphs[0] = f"{message.name}: {paragraphs[0]}"
    offered = items(message.seq, message.blocks, wording, message.lang)
    buttons = tuple(offered) if fits(offered, form) else ()
    if offered and not buttons:
        paragraphs.append(writer.choices(offered, numbered=is_numbered(message.blocks)))
    text = "\n\n".join(paragraphs)
    if buttons and not text:
        text = wording.say("utter_channels_choose", message.lang)
    texts = split(simpler(text) if form.texts else text, form.most)
    return [Part(one, buttons if place == len(texts) else ()) for place, one in enumerate(texts, 1)]


def fits(offered: Sequence[Button], form: Form) -> bool:
    """Tell whether a channel can show what is offered as buttons."""
    return 0 < len(offered) <= form.buttons and all(units(item.label) <= form.label for item in offered)


@dataclass(frozen=True)
class _Writer:
    """Writes blocks out as a channel's text."""

    form: Form
    wording: Wording
    lang: str

    def block(self, block: Block, before: str) -> str:
        """Return a block's text, empty for one that is all buttons. `before`: what the message says above it."""
        match block["type"]:
            case "text":
                return self.text(str(block.get("short") if self.form.texts and block.get("short") else block["text"]))
            case "choices":
                return self.text(str(block.get("prompt") or ""))
            case "cards":
                return self._cards(block)
            case "table":
                return _table(block, before)
            case "rating":
                return self.text(str(block["prompt"]))
            case "form":
                return self._form(block)
            case "divider":
                return f"({self.text(str(block['text'])).rstrip('.')})"
            case _:
                return self.text(str(block.get("text") or ""))

    def text(self, text: str) -> str:
        """Return text without what the channel does not show: bold as it marks it, links bare behind their words."""
        return _BOLD.sub(lambda found: self._bold(found[1]), _LINK.sub(_bare, text)).strip()

    def _bold(self, words: str) -> str:
        # A mark beside an address would become a part of it, and the platforms' marks hold for one line only.
        mark = "" if "://" in words or "\n" in words else self.form.bold
        return f"{mark}{words.strip()}{mark}"

    def choices(self, offered: Sequence[Button], *, numbered: bool) -> str:
        """Return what is offered as lines to be answered in words, or by their number."""
        if not numbered or len(offered) > NUMBERS_MOST:
            lines = [f"- {item.label}" for item in offered]
            return "\n".join([self.wording.say("utter_channels_or_write", self.lang), *lines])
        lines = [_numbered(place, item.label) for place, item in enumerate(offered, 1)]
        return "\n".join([*lines, self.wording.say("utter_channels_reply_number", self.lang)])

    def _cards(self, block: Block) -> str:
        cards: list[Any] = block["cards"]
        shown = cards[: self.form.cards]
        if len(cards) == 1:
            return self._card(cards[0], 0, short=False)
        written = [self._card(card, place, short=self.form.texts) for place, card in enumerate(shown, 1)]
        if len(cards) > len(shown):
            written.append(self.wording.say("utter_channels_more", self.lang, count=len(cards) - len(shown)))
        if self.form.texts and any(len(card["lines"]) > CARD_LINES for card in shown):
            written.append(self.wording.say("utter_channels_one_of_them", self.lang))
        return "\n\n".join(written)

    def _card(self, card: dict[str, Any], place: int, *, short: bool) -> str:
        title = f"{card['title']} ({card['badge']})" if card.get("badge") else str(card["title"])
        head = f"{place}. {title}" if place else title
        lines, links = card["lines"], card["links"]
        if short:
            lines, links = lines[:CARD_LINES], links[-1:]
        addresses = [
            _address(link["url"]) if len(links) == 1 else f"{link['label']}: {_address(link['url'])}" for link in links
        ]
        return "\n".join([self.text(line) for line in (head, *lines)] + addresses)

    def _form(self, block: Block) -> str:
        if "purpose" in block:
            return self.text(str(block["fields"][0]["label"]))
        return self.wording.say("utter_channels_leave_how", self.lang)


def _table(block: Block, before: str) -> str:
    """Return a table as lines: "Monday: 9 AM to 8 PM"; one of several columns in groups.

    What is named more shortly, the rows or the columns, is said again and again; the other once, above its group. A
    caption that only repeats the words above it is left out.
    """
    caption = str(block.get("caption") or "")
    names, heads = [str(row[0]) for row in block["rows"]], [str(head) for head in block["head"][1:]]
    rows = [[str(cell) for cell in row[1:]] for row in block["rows"]]
    lines = [caption] if caption and not set(_words(caption)) <= set(_words(before)) else []
    if all(len(row) == 1 for row in rows):
        return "\n".join([*lines, *(f"{name}: {row[0]}" for name, row in zip(names, rows, strict=True))])
    groups, members = names, heads
    if sum(map(len, heads)) * len(names) > sum(map(len, names)) * len(heads):
        groups, members, rows = heads, names, [list(column) for column in zip_longest(*rows, fillvalue="")]
    written = [
        "\n".join(
            [group, *(f"{name}: {cell}" if name else cell for name, cell in zip(members, row, strict=False) if cell)]
        )
        for group, row in zip(groups, rows, strict=False)
    ]
    return "\n\n".join([*lines, *written])


def _numbered(place: int, label: str) -> str:
    """Return a label behind its number; one that begins with it ("1 (poor)") as it is."""
    return label if re.match(rf"{place}(?:$|[:.)]| \()", label) else f"{place}. {label}"


def _bare(found: re.Match[str]) -> str:
    """Return a link as its words and its address; the address alone where the words are the same."""
    words, address = found[1], _address(found[2])
    called = found[2].startswith("tel:") and re.sub(r"\D", "", words) == re.sub(r"\D", "", address)
    if words == address or called:
        return words
    # "Source: Our hours: https://..." would be one colon too many.
    named = found.string[: found.start()].rstrip(" ").endswith(":")
    return f"{words}, {address}" if named else f"{words}: {address}"


def _address(url: str) -> str:
    """Return an address as a reader would write it: without the scheme of mail and telephone."""
    return url.removeprefix("mailto:").removeprefix("tel:")


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())
