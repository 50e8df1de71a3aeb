"""A suggestion as it is being taken: what is said of it so far, kept in Rasa's slots."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.base import Turn
from bot.knowledge.sources.records import Format
from bot.knowledge.suggestions import Wish, idea_kind, matching, remark_kind

FORM = "suggestion_form"
SLOT = "suggestion"
WHAT, AUTHOR, OWNED = "suggestion_what", "suggestion_author", "suggestion_owned"
CONTACT, SURE = "suggestion_contact", "suggestion_sure"
SLOTS = (SLOT, WHAT, AUTHOR, OWNED, CONTACT, SURE)
RESUMED = "resumed"
"""In `Draft.unclear`: the suggestion had been left, and is gone on with."""
NOTHING = ""
"""In a slot: there is nothing to ask, or the patron has nothing to say."""
AUTHORED = (Format.BOOK, Format.LARGE_PRINT, Format.EBOOK, Format.AUDIOBOOK)


@dataclass
class Draft:
    """What is said so far. None: not said yet; empty: there is nothing to say."""

    kind: str
    text: str = ""
    title: str = ""
    author: str | None = None
    isbn: str = ""
    formats: list[str] = field(default_factory=list)
    language: str = ""
    audience: str = ""
    has: bool = False  # the library has it, and the patron has not said yet whether to suggest it all the same
    contact: str | None = None
    contact_kind: str = ""
    sure: bool = False
    left: bool = False
    satisfied: bool = False  # with what the library has
    unclear: str = ""  # the slot whose last answer could not be read

    @classmethod
    def of(cls, turn: Turn) -> Draft:
        """Return the draft of a talk, or an empty one."""
        kept = turn.tracker.get_slot(SLOT)
        return cls(**kept) if kept else cls(kind="")

    @classmethod
    def purchase(cls, wish: Wish) -> Draft:
        """Begin a purchase suggestion with what was read of a message."""
        draft = cls(kind="purchase")
        draft.wish_for(wish)
        return draft

    def wish_for(self, wish: Wish) -> None:
        """Take what was read of a message for what is wished for; what it does not say stays."""
        self.title, self.isbn = wish.title, wish.isbn
        self.text = wish.words
        if wish.author:
            self.author = wish.author
        elif not wish.empty and not (wish.title and self.needs_author(wish.formats)):
            self.author = NOTHING
        self.formats = [str(one) for one in wish.formats] or self.formats
        self.language, self.audience = wish.language or self.language, wish.audience or self.audience

    def tell(self, text: str) -> None:
        """Take an idea or a remark; of which kind it is shows in its words."""
        self.text = text
        self.kind = idea_kind(text) if self.kind in ("event", "service") else remark_kind(text, self.kind)

    @staticmethod
    def needs_author(formats: tuple[Format, ...]) -> bool:
        """Tell whether things of these forms are known by their author."""
        return not formats or formats[0] in AUTHORED

    @property
    def intent(self) -> str:
        """The topic of such a suggestion."""
        return {"purchase": "suggest_purchase", "event": "suggest_program", "service": "suggest_program"}.get(
            self.kind, "give_feedback"
        )

    @property
    def wish(self) -> Wish:
        """The draft of a purchase as a wish."""
        formats = tuple(Format(one) for one in self.formats)
        return Wish(self.title, self.author or "", self.isbn, formats, self.language, self.audience, self.text)

    @property
    def what(self) -> str:
        """What is suggested, in the patron's words; empty while it is not said."""
        return self.title or self.isbn or self.text

    def events(self) -> list[EventType]:
        """Return the slots as the form is to find them."""
        return [
            SlotSet(SLOT, asdict(self)),
            SlotSet(WHAT, self.what or None),
            SlotSet(AUTHOR, self.author if self.kind == "purchase" else NOTHING),
            SlotSet(OWNED, None if self.has else NOTHING),
            SlotSet(CONTACT, self.contact),
            SlotSet(SURE, "yes" if self.sure else None),
        ]

    def in_words(self, turn: Turn) -> str:
        """Return what is suggested as people read it: 'The Women by Kristin Hannah, large print'."""
        if not self.title:
            return self.text or self.isbn
        words = self.title
        if self.author:
            words = turn.words("utter_suggestions_title_by", title=self.title, author=self.author)
        forms = [turn.words(f"utter_catalogue_form_{one}") for one in self.formats if one != Format.BOOK]
        return ", ".join([words, *(form if form.isupper() else form.lower() for form in forms)])

    def block(self, turn: Turn) -> dict[str, Any]:
        """Return the order to the gateway: take this suggestion."""
        details = {
            name: value
            for name in ("title", "author", "isbn", "formats", "language", "audience")
            if (value := getattr(self, name))
        }
        wish = self.wish if self.kind == "purchase" else None
        branches = [one for one in turn.details.branches if turn.knowledge.library.branch(one)]
        return {
            "type": "suggestion",
            "kind": self.kind,
            "text": self.in_words(turn),
            "details": details,
            "matching": matching(self.kind, wish, self.text),
            "contact": self.contact or None,
            "contact_kind": self.contact_kind or None,
            "branch": branches[0] if len(branches) == 1 else None,
        }
