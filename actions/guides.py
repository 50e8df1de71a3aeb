"""Leads through a guide one step at a time: trouble with a digital resource, or judging a source.

The slot `guide` says what is under way: {"kind", "guide", "step", "asked", "resource", "device", "no"}. `asked` is what
the last message of the guide asked for: "symptom", "device" or "step"; `no` holds the numbers of the steps that were
answered with no. What a choice does with a step is in the entity `step`: "2:no" is "step 2 did not help".
"""

from __future__ import annotations

import re
from abc import ABC
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from rasa_sdk.events import SlotSet

from actions.base import GUIDE, OFFERED, TopicAction, Turn
from actions.details import Details
from actions.digital_words import as_label, device_name
from actions.staff import ActionHandOver
from bot.knowledge.guides import (
    LIKELY,
    MOST_OFFERED,
    Guide,
    GuideKind,
    GuideStep,
    chosen,
    fits,
    goes_back,
    goes_on,
    worked,
)
from bot.knowledge.resource_vocabulary import Device
from bot.say import listed, sentence

Choice = tuple[str, str, dict[str, Any]]

INTENTS: Mapping[GuideKind, str] = {
    GuideKind.TROUBLE: "fix_digital_resource",
    GuideKind.JUDGING: "check_information",
}
ASKED_DEVICES = (
    Device.IPHONE,
    Device.IPAD,
    Device.ANDROID,
    Device.FIRE_TABLET,
    Device.KINDLE,
    Device.COMPUTER,
    Device.TV,
)
WORKSHOPS = "media_literacy"
"""The subject of the events that a judging guide points to."""
MANY_DOUBTS = 3
NAMED = 0.27
"""A trouble that fits this well is offered before the usual ones."""
_STEP = re.compile(r"(\d+):(show|yes|no|person)")
_FIRST = "0:show"


ANEW = " "
"""In place of what the patron said of the trouble: nothing is known, so what happens is asked."""
PERSON = "talk_to_staff"
"""The intent of somebody who would rather be helped by a person."""


class _GuideAction(TopicAction, ABC):
    """What both kinds of guide share: finding the guide, and going on where the patron is."""

    takes: ClassVar[frozenset[str]] = frozenset(("resources", "device"))
    guides = True
    kind: ClassVar[GuideKind]

    async def answer(self, turn: Turn) -> None:
        """Go on with what a choice says; take free text for the answer to what was asked; else find the guide."""
        guide = turn.knowledge.guides.get(turn.entity("guide"))
        step = str(turn.entity("step") or "")
        if guide is not None and step:
            await _go(turn, guide, step)
        elif guide is not None:
            begin(turn, guide, _state(turn))
        elif turn.intent != self.intent and _under_way(turn, self.kind):
            # A follow-up ("and on my iPad?") is the same trouble on another device.
            await _again_on(turn)
        elif not await _answers_step(turn):
            await self._find(turn)

    async def _find(self, turn: Turn) -> None:
        """Begin the guide that fits what was said, or ask what happens."""
        text = turn.bare_text if turn.intent == self.intent else turn.details.said or turn.bare_text
        wish = await turn.knowledge.resources.read(text, turn.now)
        resource = next(iter(turn.details.resources or wish.resources), None)
        device = turn.details.device or next(iter(wish.devices), None)
        turn.details = replace(turn.details, resources=(resource,) if resource else (), device=device, said=text)
        state = {"kind": self.kind.value, "resource": resource, "device": device}
        found = turn.knowledge.guides.find(text, self.kind, resource, device)
        guide = chosen(found)
        usual = turn.knowledge.guides.usual(self.kind, resource, device)
        if guide is None and self.kind is GuideKind.JUDGING:
            guide = next(iter(usual), None)
        if guide is not None:
            begin(turn, guide, state)
            return
        offered = list(dict.fromkeys([*(one.guide for one in found[:3] if one.score >= NAMED), *usual]))[:MOST_OFFERED]
        named = await turn.knowledge.resources.get(resource, turn.now) if resource else None
        if not offered:
            turn.say("utter_guides_no_guide")
            await _hand_over(turn, None, state)
            return
        if named is not None:
            turn.say("utter_guides_ask_symptom_of", name=named.name)
        else:
            turn.say("utter_guides_ask_symptom")
        choices: list[Choice] = [(one.title.to(turn.lang), self.intent, {"guide": one.id}) for one in offered]
        turn.choices([*choices, (turn.words("utter_guides_choice_person"), "talk_to_staff", {})])
        turn.events.append(SlotSet(GUIDE, {**state, "asked": "symptom"}))


class ActionFixDigitalResource(_GuideAction):
    """Mend trouble with a digital resource, one step at a time."""

    intent = "fix_digital_resource"
    kind = GuideKind.TROUBLE

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_fix_digital_resource"


class ActionCheckInformation(_GuideAction):
    """Lead through judging a source, one check at a time."""

    intent = "check_information"
    kind = GuideKind.JUDGING

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_check_information"


ACTIONS: Mapping[GuideKind, type[_GuideAction]] = {
    GuideKind.TROUBLE: ActionFixDigitalResource,
    GuideKind.JUDGING: ActionCheckInformation,
}


def resume_choice(turn: Turn) -> Choice | None:
    """Return the quick reply that goes on with the guide under way, or None if there is none to go on with."""
    state = _state(turn)
    guide = turn.knowledge.guides.get(state.get("guide"))
    if guide is None:
        return None
    entities = {"guide": guide.id}
    if state.get("asked") == "step":
        entities["step"] = f"{state.get('step', 0)}:show"
    return turn.words("utter_guides_resume", title=guide.title.to(turn.lang)), INTENTS[guide.kind], entities


async def guide_answer(turn: Turn) -> bool:
    """Take a free message for the answer to what the guide under way asked; False if it is none."""
    state = _state(turn)
    kind = next((one for one in GuideKind if one.value == state.get("kind")), None)
    if kind is None:
        return False
    guide = turn.knowledge.guides.get(state.get("guide"))
    if guide is None and goes_back(turn.text):
        resource = state.get("resource")
        turn.details = Details(resources=(resource,) if resource else (), device=state.get("device"), said=ANEW)
        await ACTIONS[kind]().follow(turn)
        return True
    if turn.intent == PERSON:
        await _hand_over(turn, guide, state)
        return True
    if guide is not None and state.get("asked") == "step" and (goes_back(turn.text) or goes_on(turn.text)):
        after = "yes" if kind is GuideKind.JUDGING else "no"
        await _go(turn, guide, f"{state.get('step', 0)}:{'show' if goes_back(turn.text) else after}")
        return True
    if await _answers_step(turn):
        return True
    wish = await turn.knowledge.resources.read(turn.bare_text, turn.now)
    device = turn.details.device or next(iter(wish.devices), None)
    resource = next(iter(turn.details.resources or wish.resources), None)
    if device is not None and guide is not None and (guide.needs_device or state.get("asked") == "device"):
        begin(turn, guide, {**state, "device": device})
        return True
    if device is not None and guide is None and turn.only_of("device"):
        turn.details = replace(turn.earlier, device=device)
        await ACTIONS[kind]().follow(turn)
        return True
    if state.get("asked") == "symptom":
        known = {**state, "resource": resource or state.get("resource"), "device": device or state.get("device")}
        found = turn.knowledge.guides.find(turn.bare_text, kind, known["resource"], known["device"])
        if found and found[0].score >= LIKELY:
            begin(turn, found[0].guide, known)
            return True
    return False


def begin(turn: Turn, guide: Guide, state: Mapping[str, Any]) -> None:
    """Ask for the device where the steps depend on it and it is not known; else show the first step."""
    device, resource = state.get("device"), state.get("resource")
    known: dict[str, Any] = {
        "kind": guide.kind.value,
        "guide": guide.id,
        "resource": resource,
        "device": device,
        "no": [],
    }
    if guide.needs_device and device is None:
        turn.say("utter_guides_begin_one", title=sentence(guide.title.to(turn.lang)))
        turn.say("utter_guides_ask_device")
        may = [one for one in ASKED_DEVICES if not guide.devices or fits(one, guide.devices)]
        choices: list[Choice] = [
            (as_label(device_name(turn, one)), INTENTS[guide.kind], {"guide": guide.id, "device": one.value})
            for one in may
        ]
        other = (turn.words("utter_guides_choice_other_device"), INTENTS[guide.kind],
                 {"guide": guide.id, "step": _FIRST})  # fmt: skip
        turn.choices([*choices, other])
        turn.events.append(SlotSet(GUIDE, {**known, "step": 0, "asked": "device"}))
        return
    steps = guide.steps_on(device)
    turn.say("utter_guides_begin", title=sentence(guide.title.to(turn.lang)), count=len(steps))
    _show(turn, guide, 0, known)


async def _go(turn: Turn, guide: Guide, step: str) -> None:
    """Do what a choice says about a step."""
    state = {**_state(turn), "kind": guide.kind.value, "guide": guide.id}
    match = _STEP.fullmatch(step)
    steps = guide.steps_on(state.get("device"))
    number = min(int(match[1]), len(steps) - 1) if match else 0
    told = match[2] if match else "show"
    refused = [one for one in state.get("no") or () if one < number]
    if told == "show":
        _show(turn, guide, number, {**state, "no": state.get("no") or []})
        return
    if told == "person":
        await _hand_over(turn, guide, {**state, "no": refused})
        return
    if told == "no":
        refused.append(number)
    known = {**state, "no": refused}
    if guide.kind is GuideKind.TROUBLE and told == "yes":
        turn.say("utter_guides_solved")
        turn.events.append(SlotSet(GUIDE, None))
    elif number + 1 < len(steps):
        _show(turn, guide, number + 1, known)
    elif guide.kind is GuideKind.TROUBLE:
        turn.say("utter_guides_no_more")
        if guide.end is not None:
            turn.say_apart("utter_guides_end", end=guide.end.to(turn.lang))
        await _hand_over(turn, guide, known)
    else:
        _judge(turn, guide, steps, refused)


def _show(turn: Turn, guide: Guide, number: int, state: Mapping[str, Any]) -> None:
    """Show one step and ask how it went."""
    steps = guide.steps_on(state.get("device"))
    number = min(number, len(steps) - 1)
    step, count = steps[number], len(steps)
    text = step.text.to(turn.lang)
    if step.title is not None:
        turn.say_apart("utter_guides_step_titled", number=number + 1, count=count,
                       title=step.title.to(turn.lang), text=text)  # fmt: skip
    else:
        turn.say_apart("utter_guides_step", number=number + 1, count=count, text=text)
    _ask(turn, step)
    intent = INTENTS[guide.kind]

    def does(what: str) -> dict[str, Any]:
        return {"guide": guide.id, "step": f"{number}:{what}"}

    if guide.kind is GuideKind.TROUBLE:
        after = "utter_guides_choice_next" if number + 1 < count else "utter_guides_choice_last"
        labels = ("utter_guides_choice_worked", after, "utter_guides_choice_person")
    else:
        labels = ("utter_guides_choice_yes", "utter_guides_choice_no", "utter_guides_choice_librarian")
    turn.choices(
        [(turn.words(label), intent, does(what)) for label, what in zip(labels, ("yes", "no", "person"), strict=True)]
    )
    no = {"intent": intent, "entities": does("no")}
    turn.events += [
        SlotSet(GUIDE, {**state, "step": number, "asked": "step"}),
        SlotSet(OFFERED, {"intent": intent, "entities": does("yes"), "no": no}),
    ]


def _ask(turn: Turn, step: GuideStep) -> None:
    if step.ask is not None:
        turn.say_apart("utter_guides_ask", question=step.ask.to(turn.lang))
    else:
        turn.say_apart("utter_guides_did_that_work")


async def _answers_step(turn: Turn) -> bool:
    """Take "it still does not work" for the answer to the step that was shown; False if the text says neither."""
    state = _state(turn)
    guide = turn.knowledge.guides.get(state.get("guide"))
    helped = worked(turn.text)
    if guide is None or state.get("asked") != "step" or helped is None or turn.details.resources:
        return False
    await _go(turn, guide, f"{state.get('step', 0)}:{'yes' if helped else 'no'}")
    return True


async def _again_on(turn: Turn) -> None:
    state = _state(turn)
    guide = turn.knowledge.guides.get(state.get("guide"))
    device = turn.details.device or state.get("device")
    resource = next(iter(turn.details.resources), None) or state.get("resource")
    if guide is not None:
        begin(turn, guide, {**state, "device": device, "resource": resource})


def _judge(turn: Turn, guide: Guide, steps: tuple[GuideStep, ...], refused: list[int]) -> None:
    """Sum up the checks, and point to people and workshops."""
    titles = [title.to(turn.lang) for number in refused if (title := steps[number].title) is not None]
    doubts = listed([title[:1].lower() + title[1:] for title in titles], turn.lang)
    if not refused:
        turn.say("utter_guides_judged_good")
    elif len(refused) < MANY_DOUBTS:
        turn.say("utter_guides_judged_doubtful", doubts=doubts)
    else:
        turn.say("utter_guides_judged_bad", doubts=doubts)
    if guide.end is not None:
        turn.say_apart("utter_guides_end", end=guide.end.to(turn.lang))
    turn.say_apart("utter_guides_judged_help")
    turn.choices(
        [
            (turn.words("utter_guides_choice_workshops"), "find_event", {"subject": WORKSHOPS}),
            (turn.words("utter_guides_choice_librarian"), "get_research_help", {}),
        ]
    )
    turn.events.append(SlotSet(GUIDE, None))


async def _hand_over(turn: Turn, guide: Guide | None, state: Mapping[str, Any]) -> None:
    """Name the people who can help, and what to tell them: the trouble, the service, the device, what was tried."""
    await ActionHandOver().perform(turn)
    if guide is not None and guide.kind is GuideKind.TROUBLE:
        turn.say_apart("utter_guides_summary")
        turn.show({"type": "text", "text": "\n".join(f"- {line}" for line in await summary(turn, guide, state))})
    turn.events.append(SlotSet(GUIDE, None))


async def summary(turn: Turn, guide: Guide, state: Mapping[str, Any]) -> list[str]:
    """Return what a person who takes over should know, a line each."""
    lines = [turn.words("utter_guides_summary_trouble", title=guide.title.to(turn.lang))]
    resource = await turn.knowledge.resources.get(str(state.get("resource")), turn.now)
    if resource is not None:
        lines.append(turn.words("utter_guides_summary_resource", name=resource.name))
    device = state.get("device")
    if device in set(Device):
        lines.append(turn.words("utter_guides_summary_device", device=device_name(turn, Device(str(device)))))
    steps = guide.steps_on(device)
    tried = [steps[number] for number in state.get("no") or () if number < len(steps)]
    for step in tried:
        lines.append(turn.words("utter_guides_summary_tried", step=_plain(step.text.to(turn.lang))))
    if not tried:
        lines.append(turn.words("utter_guides_summary_nothing_tried"))
    return lines


def _plain(text: str) -> str:
    """Return the first sentence of a step, without marks and links: enough to say what was tried."""
    bare = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text.replace("**", ""))
    return re.split(r"(?<=[.;:])\s", bare, maxsplit=1)[0].rstrip(".;:")


def _state(turn: Turn) -> dict[str, Any]:
    state = turn.tracker.get_slot(GUIDE)
    known = dict(state) if isinstance(state, Mapping) else {}
    # What the message itself names counts more than what was said before.
    if turn.details.device:
        known["device"] = turn.details.device
    return known


def _under_way(turn: Turn, kind: GuideKind) -> bool:
    state = turn.tracker.get_slot(GUIDE)
    return isinstance(state, Mapping) and state.get("kind") == kind.value and bool(state.get("guide"))
