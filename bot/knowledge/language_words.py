"""Codes of languages: the three letters of MARC and ISO 639-2, and the two of ISO 639-1 that Foyer uses."""

from __future__ import annotations

TWO_LETTERS = {
    **{"eng": "en", "spa": "es", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "ita": "it", "por": "pt"},
    **{"chi": "zh", "zho": "zh", "jpn": "ja", "kor": "ko", "rus": "ru", "ara": "ar", "hin": "hi", "vie": "vi"},
    **{"pol": "pl", "dut": "nl", "nld": "nl", "tur": "tr", "tha": "th", "ukr": "uk", "hat": "ht", "som": "so"},
    **{"tgl": "tl", "heb": "he", "gre": "el", "ell": "el", "lat": "la", "ben": "bn", "urd": "ur", "per": "fa"},
}
