"""A message as plain text: for the terminal, for e-mail, for staff and for the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.conversations.model import Block


def plain_text(blocks: Sequence[Block]) -> str:
    """Return blocks as plain text, a paragraph each."""
    return "\n\n".join(words for block in blocks if (words := as_text(block)))


def as_text(block: Block) -> str:
    """Return a block as plain text; a block that only asks for input has none."""
    match block["type"]:
        case "choices":
            return "\n".join(f"  [{choice['label']}]" for choice in block["choices"])
        case "cards":
            return "\n\n".join("\n".join([_title(card), *card["lines"], *_links(card)]) for card in block["cards"])
        case "table":
            return "\n".join(" | ".join(row) for row in [block["head"], *block["rows"]])
        case "form":
            return "\n".join(_field(field) for field in block["fields"])
        case "rating":
            return str(block["prompt"])
        case _:
            return str(block.get("text") or "").replace("**", "")


def _field(field: dict[str, Any]) -> str:
    if field["kind"] != "options":
        return f"  {field['label']}: ____"
    return "\n".join([f"  {field['label']}", *(f"  [ ] {option['label']}" for option in field["options"])])


def _title(card: dict[str, Any]) -> str:
    return f"{card['title']} ({card['badge']})" if card.get("badge") else str(card["title"])


def _links(card: dict[str, Any]) -> list[str]:
    return [f"{link['label']}: {link['url']}" for link in card["links"]]
