"""What cannot be edited, each with a code for programs and an English sentence for staff."""

from __future__ import annotations

from bot.conversations.errors import DeskError


class FilesChanged(DeskError):
    """A file is not as the check saw it; facts: `file`."""

    code = "files_changed"
    words = "{file} was changed since by somebody else. Check again, or mend it by hand."


class EditGone(DeskError):
    """There is no such edit."""

    code = "edit_gone"
    status = 404
    words = "This edit is not there."


class NothingChanged(DeskError):
    """The file is as it should become."""

    code = "nothing_changed"
    words = "Nothing is changed yet."
