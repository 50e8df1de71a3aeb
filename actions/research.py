"""Answers who needs help with research: the databases of the subject that was named, and a librarian."""

from __future__ import annotations

import re

from actions.answers import ActionAnswerQuestion
from actions.base import PatronAction, Turn
from actions.resources import ActionFindDatabase
from bot.knowledge.text import plain

_SOURCES = re.compile(
    r"\b(?:articles?|sources?|databases?|journals?|papers?|research|resources|statistics|articulos?|fuentes|"
    r"bases? de datos|revistas|investigacion|estadisticas)\b"
)


class ActionGetResearchHelp(PatronAction):
    """Name databases where a subject is, else what the library's pages tell."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_get_research_help"

    async def perform(self, turn: Turn) -> None:
        """Look for a subject that the library has databases on."""
        wish = await turn.knowledge.resources.read(turn.bare_text, turn.now)
        if wish.subjects and _SOURCES.search(plain(turn.text)):
            await ActionFindDatabase().perform(turn)
        else:
            await ActionAnswerQuestion().perform(turn)
