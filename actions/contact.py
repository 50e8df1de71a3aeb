"""Answers whom to call or write to."""

from __future__ import annotations

from actions.base import TopicAction, Turn
from actions.hours import ranges
from bot.knowledge.library import BUILDING, ServicePoint


class ActionTellContact(TopicAction):
    """Answer with phone and e-mail of a branch or a desk, and today's hours of its desk."""

    intent = "ask_contact"

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_contact"

    async def answer(self, turn: Turn) -> None:
        """Describe one branch in sentences, several in a table."""
        branches = turn.branches()
        if len(branches) > 1:
            turn.say("utter_contact_all", **turn.contact())
            head = [turn.words(f"utter_contact_head_{name}") for name in ("branch", "phone", "email")]
            rows = [[branch.name.to(turn.lang), branch.phone, branch.email] for branch in branches]
            turn.show({"type": "table", "caption": turn.words("utter_contact_caption"), "head": head, "rows": rows})
            return
        branch = branches[0]
        wanted = turn.details.service or "desk"
        point = turn.knowledge.library.point(branch.id, wanted)
        turn.say(
            "utter_contact_one",
            branch=branch.name.to(turn.lang),
            phone=(point.phone if point and wanted != BUILDING else None) or branch.phone,
            email=(point.email if point and wanted != BUILDING else None) or branch.email,
        )
        if point is not None and wanted != BUILDING:
            await _tell_desk(turn, branch.id, point)


async def _tell_desk(turn: Turn, branch_id: str, point: ServicePoint) -> None:
    day = await turn.knowledge.hours.day(branch_id, turn.now.date(), turn.now, point.id)
    service = point.name.to(turn.lang)
    if day.ranges:
        turn.say("utter_contact_desk", service=service, hours=ranges(turn, day.ranges))
    elif day.state == "closed":
        turn.say("utter_contact_desk_closed", service=service)
