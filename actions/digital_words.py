"""Names of formats and devices, and what services need, as patrons read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from actions.base import Turn
from bot.knowledge.resource_file import DeviceSteps, SignIn
from bot.knowledge.resource_vocabulary import KINDS_OF, Device, Format
from bot.say import capital, listed

FORMATS: Mapping[Format, str] = {
    Format.EBOOK: "utter_resources_format_ebook",
    Format.AUDIOBOOK: "utter_resources_format_audiobook",
    Format.FILM: "utter_resources_format_film",
    Format.MUSIC: "utter_resources_format_music",
    Format.MAGAZINE: "utter_resources_format_magazine",
    Format.NEWSPAPER: "utter_resources_format_newspaper",
    Format.COMICS: "utter_resources_format_comics",
    Format.COURSES: "utter_resources_format_courses",
}
DEVICES: Mapping[Device, str] = {
    Device.PHONE: "utter_resources_device_phone",
    Device.IPHONE: "utter_resources_device_iphone",
    Device.ANDROID: "utter_resources_device_android",
    Device.TABLET: "utter_resources_device_tablet",
    Device.IPAD: "utter_resources_device_ipad",
    Device.FIRE_TABLET: "utter_resources_device_fire_tablet",
    Device.EREADER: "utter_resources_device_ereader",
    Device.KINDLE: "utter_resources_device_kindle",
    Device.KOBO: "utter_resources_device_kobo",
    Device.NOOK: "utter_resources_device_nook",
    Device.COMPUTER: "utter_resources_device_computer",
    Device.CHROMEBOOK: "utter_resources_device_chromebook",
    Device.WINDOWS: "utter_resources_device_windows",
    Device.MAC: "utter_resources_device_mac",
    Device.TV: "utter_resources_device_tv",
    Device.SMART_TV: "utter_resources_device_smart_tv",
    Device.ROKU: "utter_resources_device_roku",
    Device.FIRE_TV: "utter_resources_device_fire_tv",
    Device.APPLE_TV: "utter_resources_device_apple_tv",
    Device.ANDROID_TV: "utter_resources_device_android_tv",
    Device.CHROMECAST: "utter_resources_device_chromecast",
}
NEEDS: Mapping[SignIn, str] = {
    SignIn.CARD_PIN: "utter_resources_needs_card_pin",
    SignIn.CARD: "utter_resources_needs_card",
    SignIn.ACCOUNT: "utter_resources_needs_account",
    SignIn.NONE: "utter_resources_needs_nothing",
}
FROM_HOME: Mapping[Literal[True, "in_library"] | None, str] = {
    True: "utter_resources_from_home",
    "in_library": "utter_resources_in_library",
    None: "utter_resources_home_unknown",
}


def formats_name(turn: Turn, formats: Sequence[Format]) -> str:
    """Return 'e-books and audiobooks'."""
    return listed([turn.words(FORMATS[form]) for form in formats], turn.lang)


def device_name(turn: Turn, device: Device) -> str:
    """Return a device's name: 'iPhone', 'computadora'."""
    return turn.words(DEVICES[device])


def device_choices(turn: Turn, lists: Sequence[DeviceSteps], asked: Device | None = None) -> list[tuple[str, Device]]:
    """Return a label for each list of steps and a device that stands for it; of a kind asked for, its own only."""
    offered = []
    for one in lists:
        fitting = [device for device in one.device if asked is None or device in KINDS_OF.get(asked, ())] or one.device
        offered.append((" / ".join(as_label(device_name(turn, device)) for device in fitting), fitting[0]))
    return offered


def as_label(name: str) -> str:
    """Return a name as a quick reply has it, with a capital where it has none of its own (iPad)."""
    return name if name[1:2].isupper() else capital(name)
