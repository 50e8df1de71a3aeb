"""Answers what the library has to read, hear, watch and look up online, and how it is begun on a device."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from actions.base import TopicAction, Turn
from actions.catalogue import ActionFindItem
from actions.details import Details
from actions.digital_words import FORMATS, FROM_HOME, NEEDS, as_label, device_choices, device_name, formats_name
from bot.knowledge.resource_file import DigitalResource, SignIn
from bot.knowledge.resource_vocabulary import Device, Format
from bot.knowledge.resources import ResourceQuery, ResourcesFound, ResourcesOutcome
from bot.say import listed

Choice = tuple[str, str, dict[str, Any]]

TOPICS = ("use_digital_resource", "find_database")
MOST_CARDS = 8
MOST_NAMED = 5
MOST_TITLES = 4
FIRST_SUBJECTS = ("general", "health", "business", "genealogy", "language", "homework", "law", "old_newspapers")
"""What is offered to somebody who asks what databases there are, as far as the library has them."""


class _ResourceAction(TopicAction, ABC):
    """What both topics share: a database may be asked for as a service and a service as a database."""

    takes: ClassVar[frozenset[str]] = frozenset(("resources", "device", "formats", "audiences", "subjects", "words"))
    in_databases: ClassVar[bool]

    async def answer(self, turn: Turn) -> None:
        """Say what serves the wish, what it needs, and how it is begun."""
        query = await self._query(turn)
        found = await turn.knowledge.resources.find(query, turn.now)
        if found.outcome is ResourcesOutcome.UNKNOWN_TOPIC and turn.knowledge.catalogue.known_title(found.topic):
            await ActionFindItem().answer_title(turn, found.topic)  # "do you have Beloved" sounds like a service
            return
        turn.details = replace(
            turn.details,
            said=query.text,
            formats=tuple(found.formats),
            resources=tuple(one.id for one in found.resources[:1]) if found.outcome is ResourcesOutcome.ONE else (),
            device=found.device,
        )
        match found.outcome:
            case ResourcesOutcome.ONE:
                tell_one(turn, found.resources[0], found)
            case ResourcesOutcome.SEVERAL:
                self._tell_several(turn, found)
            case ResourcesOutcome.GENERAL:
                turn.say("utter_resources_general", subject=_subjects(turn, found))
                _show(turn, found)
                _offer_research(turn)
            case ResourcesOutcome.WITHOUT_FORMAT | ResourcesOutcome.WITHOUT_DEVICE:
                _tell_without(turn, found)
            case ResourcesOutcome.NOT_HERE:
                turn.say("utter_resources_not_here", name=found.topic)
                if found.resources:
                    turn.say("utter_resources_others")
                    _show(turn, found)
                turn.choices([*_about_cards(turn, found.resources), _research(turn)])
            case ResourcesOutcome.UNKNOWN_TOPIC:
                self._tell_unknown_topic(turn, found)
            case ResourcesOutcome.NOTHING_SAID:
                await self._ask(turn)
            case ResourcesOutcome.UNKNOWN:
                turn.say("utter_resources_unknown", website=turn.knowledge.library.website, **turn.contact())

    async def _query(self, turn: Turn) -> ResourceQuery:
        """Return what is asked now; a follow-up that names something else drops what it replaces."""
        details, text = turn.details, turn.bare_text
        wish = await turn.knowledge.resources.read(text, turn.now)
        resources, formats = details.resources, details.formats
        if turn.intent != self.intent:
            changed = wish.resources or wish.subjects or wish.formats
            if wish.resources and not wish.formats:
                formats = ()
            if wish.subjects and not wish.resources:
                resources, formats = (), tuple(wish.formats)
            if wish.formats and not wish.resources:
                named = [await turn.knowledge.resources.get(one, turn.now) for one in resources]
                resources = tuple(one.id for one in named if one is not None and set(wish.formats) & set(one.formats))
            text = text if changed else details.said
        return ResourceQuery(text, resources, formats, details.device, details.audiences)

    def _tell_several(self, turn: Turn, found: ResourcesFound) -> None:
        about = formats_name(turn, found.formats) if found.formats else _subjects(turn, found)
        if found.device is not None and found.formats:
            device = device_name(turn, found.device)
            turn.say("utter_resources_several_on", about=about, device=device)
        elif about:
            turn.say("utter_resources_several", about=about)
        else:
            turn.say("utter_resources_several_bare")
        _show(turn, found)
        _show_titles(turn, found)
        carry = _carried(found)
        chosen = [
            (one.name, self.intent, {"resource": one.id, **carry})
            for one in found.resources[:MOST_NAMED]
            if one.devices
        ]
        turn.choices([*chosen, *_about_cards(turn, found.resources), _research(turn)][:6])

    def _tell_unknown_topic(self, turn: Turn, found: ResourcesFound) -> None:
        turn.say("utter_resources_unknown_topic", topic=found.topic)
        if self.in_databases and found.resources:
            turn.say("utter_resources_instead_general")
            _show(turn, found)
        _offer_research(turn)

    async def _ask(self, turn: Turn) -> None:
        """Ask what is sought: a subject of databases, or something to read, hear or watch."""
        about = turn.knowledge.resources.about
        if not self.in_databases:
            offered = {form for one in await turn.knowledge.resources.all(turn.now) for form in one.formats}
            turn.say("utter_resources_ask_format")
            turn.choices([(as_label(turn.words(FORMATS[form])), self.intent, {"format": form.value}) for form in Format
                          if form in offered])  # fmt: skip
            return
        turn.say("utter_resources_ask_subject")
        if about.list_url:
            turn.say("utter_resources_whole_list", url=about.list_url)
        subjects = [about.subjects[name].name.to(turn.lang) for name in FIRST_SUBJECTS if name in about.subjects]
        turn.choices([(subject[:1].upper() + subject[1:], self.intent, {}) for subject in subjects])


class ActionUseDigitalResource(_ResourceAction):
    """Answer which service has what the patron wants to read, hear or watch, and how it is begun."""

    intent = "use_digital_resource"
    in_databases = False

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_use_digital_resource"


class ActionFindDatabase(_ResourceAction):
    """Answer which databases there are for a subject, or where the one that was named is."""

    intent = "find_database"
    in_databases = True

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_find_database"


async def resource_follow_up(turn: Turn) -> bool:
    """Answer "and for law?" after an answer on digital resources; False if the message names nothing of theirs."""
    action = next((one for one in (ActionUseDigitalResource(), ActionFindDatabase()) if one.intent == turn.topic), None)
    wish = await turn.knowledge.resources.read(turn.bare_text, turn.now)
    if action is None or not (wish.resources or wish.subjects or wish.formats or wish.devices):
        return False
    device = turn.details.device or next(iter(wish.devices), None)
    turn.details = replace(turn.details, device=device).over(turn.earlier)
    await action.follow(turn)
    return True


async def show_resource(turn: Turn, resource_id: str) -> None:
    """Tell of one resource that an earlier answer listed, on the device of the talk."""
    turn.details = Details(resources=(resource_id,), device=turn.details.device or turn.earlier.device)
    await ActionUseDigitalResource().follow(turn)


def tell_one(turn: Turn, resource: DigitalResource, found: ResourcesFound) -> None:
    """Say what a service is, what it needs, and the steps for the device; ask for the device where that matters."""
    fitting = resource.steps_for(found.device, found.formats) if found.device is not None else resource.devices
    told = turn.earlier.resources[:1] == (resource.id,) and turn.topic in TOPICS
    if told and found.device is not None and len(fitting) == 1:
        # What the service is was said before the device was asked for.
        turn.say("utter_resources_steps_of", name=resource.name, device=device_name(turn, found.device))
        _show_steps(turn, [step.to(turn.lang) for step in fitting[0].steps])
        _offer_after(turn, resource, found)
        return
    turn.say("utter_resources_one", name=resource.name, what=resource.what.to(turn.lang))
    turn.say_apart(FROM_HOME[resource.from_home])
    if found.alike:
        turn.say("utter_resources_alike", names=listed([one.name for one in found.alike], turn.lang))
    if resource.sign_in is not None and resource.from_home != "in_library":
        turn.say(NEEDS[resource.sign_in])
    if resource.limits is not None:
        turn.say("utter_resources_limits", limits=resource.limits.to(turn.lang))
    if resource.loan is not None:
        turn.say("utter_resources_loan", loan=resource.loan.to(turn.lang))
    if resource.holds is not None:
        turn.say("utter_resources_holds", holds=resource.holds.to(turn.lang))
    asks = len(fitting) > 1
    if found.device is not None and len(fitting) == 1:
        turn.say_apart("utter_resources_steps", device=device_name(turn, found.device))
        _show_steps(turn, [step.to(turn.lang) for step in fitting[0].steps])
    elif not asks:
        turn.say_apart("utter_resources_open", name=resource.name, url=resource.url)
    if resource.help_url is not None and not asks:
        turn.say_apart("utter_resources_help", name=resource.name, url=resource.help_url)
    _show_titles(turn, found)
    if resource.last_checked is not None:
        turn.say_apart("utter_resources_checked", day=turn.on(resource.last_checked, brief=True))
    if asks:
        turn.say_apart("utter_resources_ask_device")
        carry = {"resource": resource.id, **({"format": found.formats[0].value} if found.formats else {})}
        offered = [(label, "use_digital_resource", {**carry, "device": device.value})
                   for label, device in device_choices(turn, fitting, found.device)]  # fmt: skip
        turn.choices([*offered, *_about_cards(turn, [resource])])
    else:
        _offer_after(turn, resource, found)


def _offer_after(turn: Turn, resource: DigitalResource, found: ResourcesFound) -> None:
    """Offer what may come next: a card, what works from home instead, help where it does not work."""
    trouble = {"resource": resource.id, **({"device": found.device.value} if found.device else {})}
    alike: list[Choice] = [(one.name, "find_database", {"resource": one.id}) for one in found.alike]
    ailing = (turn.words("utter_resources_choice_trouble"), "fix_digital_resource", trouble)
    turn.choices([*alike, *_about_cards(turn, [resource]), ailing])


def _tell_without(turn: Turn, found: ResourcesFound) -> None:
    """Say that a service, or all of them, do not serve this, and name those that do."""
    formats = formats_name(turn, found.formats)
    if found.outcome is ResourcesOutcome.WITHOUT_FORMAT and found.named is not None:
        turn.say("utter_resources_without_format", name=found.named.name, formats=formats)
    elif found.named is not None and found.device is not None:
        turn.say("utter_resources_without_device", name=found.named.name, device=device_name(turn, found.device))
    elif found.device is not None:
        turn.say("utter_resources_none_on_device", formats=formats, device=device_name(turn, found.device))
    if found.resources:
        turn.say("utter_resources_others" if found.named is not None else "utter_resources_on_others")
        _show(turn, found)
    carry = _carried(found) if found.outcome is ResourcesOutcome.WITHOUT_FORMAT else {}
    offered: list[Choice] = [
        (one.name, "use_digital_resource", {"resource": one.id, **carry}) for one in found.resources[:MOST_NAMED]
    ]
    if found.named is not None and found.outcome is ResourcesOutcome.WITHOUT_DEVICE:
        label = turn.words("utter_resources_choice_other_device", name=found.named.name)
        offered.append((label, "use_digital_resource", {"resource": found.named.id}))
    if offered:
        turn.choices(offered)


def _show(turn: Turn, found: ResourcesFound) -> None:
    """Show what was found as cards, and remember it for "the second one"."""
    cards = []
    for one in found.resources[:MOST_CARDS]:
        lines = [one.what.to(turn.lang)]
        if one.from_home != "in_library" and one.sign_in is not None:
            lines.append(turn.words(NEEDS[one.sign_in]))
        card: dict[str, Any] = {"title": one.name, "lines": lines}
        if one.from_home == "in_library":
            card |= {"badge": turn.words("utter_resources_badge_in_library"), "badge_kind": "warn"}
        elif one.sign_in is SignIn.NONE:
            card |= {"badge": turn.words("utter_resources_badge_free"), "badge_kind": "info"}
        cards.append({**card, "links": [{"label": turn.words("utter_resources_link_open"), "url": one.url}]})
    turn.show({"type": "cards", "cards": cards})
    turn.list_shown("resource", ((one.id, one.name) for one in found.resources[:MOST_CARDS]))


def _show_steps(turn: Turn, steps: Sequence[str]) -> None:
    turn.show({"type": "text", "text": "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))})


def _show_titles(turn: Turn, found: ResourcesFound) -> None:
    """Show the titles of a service's own catalogue that match the words."""
    if not found.titles:
        return
    turn.say_apart("utter_resources_titles", words=found.topic)
    cards = []
    for title in found.titles[:MOST_TITLES]:
        lines = [listed(list(title.authors), turn.lang)] if title.authors else []
        if title.copies is not None:
            lines.append(turn.words("utter_resources_copies" if title.copies else "utter_resources_no_copies"))
        link = {"label": turn.words("utter_resources_link_open"), "url": title.url}
        cards.append({"title": title.title, "lines": lines, "links": [link] if title.url else []})
    turn.show({"type": "cards", "cards": cards})


def _carried(found: ResourcesFound) -> dict[str, Any]:
    """Return what goes along with the choice of a service."""
    carried: dict[str, Any] = {}
    if found.formats:
        carried["format"] = found.formats[0].value
    if found.device is not None:
        carried["device"] = Device(found.device).value
    return carried


def _about_cards(turn: Turn, resources: Sequence[DigitalResource]) -> list[Choice]:
    """Offer the way to a card where one is needed."""
    needed = any(one.sign_in not in (None, SignIn.NONE) and one.from_home != "in_library" for one in resources)
    return [(turn.words("utter_resources_choice_card"), "get_library_card", {})] if needed else []


def _research(turn: Turn) -> Choice:
    return turn.words("utter_resources_choice_research"), "get_research_help", {}


def _offer_research(turn: Turn) -> None:
    """Name the people who find what no list has."""
    url = turn.knowledge.resources.about.research_url
    if url is not None:
        turn.say_apart("utter_resources_research", url=url)
    turn.choices([_research(turn)])


def _subjects(turn: Turn, found: ResourcesFound) -> str:
    return listed([subject.name.to(turn.lang) for subject in found.subjects], turn.lang)
