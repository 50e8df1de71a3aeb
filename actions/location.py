"""Answers where a branch is and how to get there."""

from __future__ import annotations

from actions.base import TopicAction, Turn


class ActionTellLocation(TopicAction):
    """Answer with address, directions and a map link."""

    intent = "ask_location"

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_tell_location"

    async def answer(self, turn: Turn) -> None:
        """Describe one branch in sentences, several as cards."""
        branches = turn.branches()
        if len(branches) == 1:
            branch = branches[0]
            turn.say(
                "utter_location_one",
                branch=branch.name.to(turn.lang),
                address=branch.address,
                directions=branch.directions.to(turn.lang),
            )
            if branch.transit:
                turn.say("utter_location_transit", transit=branch.transit.to(turn.lang))
            turn.say_apart("utter_location_map", map=branch.map_url)
            return
        turn.say("utter_location_all", count=len(branches))
        turn.show(
            {
                "type": "cards",
                "cards": [
                    {
                        "title": branch.name.to(turn.lang),
                        "lines": [str(branch.address), branch.directions.to(turn.lang)],
                        "links": [{"label": turn.words("utter_location_link_map"), "url": branch.map_url}],
                    }
                    for branch in branches
                ],
            }
        )
