"""Whom to call in danger and in despair, as library.yml names them."""

from __future__ import annotations

from bot.knowledge.schema import Part
from bot.knowledge.text import Line, Text


class HelpLine(Part):
    """A line where somebody listens: its name, and how it is reached."""

    name: Text
    how: Text


class Safety(Part):
    """The country's emergency number, and lines for those in despair, the most general first."""

    emergency: Line | None = None
    lines: tuple[HelpLine, ...] = ()
