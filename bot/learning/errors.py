"""What cannot be taught or published, each with a code for programs and an English sentence for staff."""

from __future__ import annotations

from bot.conversations.errors import DeskError


class LessonGone(DeskError):
    """There is no such lesson."""

    code = "lesson_gone"
    status = 404
    words = "This lesson is not there, or no longer."


class LessonPublished(DeskError):
    """The lesson is in the files already."""

    code = "lesson_published"
    words = "This lesson is published. Propose another one, or undo the publication."


class AnswerTwice(DeskError):
    """Another approved lesson changes the same answer; facts: `topic`, the answer's id."""

    code = "answer_twice"
    words = "Another approved lesson changes the answer {topic} too. Publish or reject that one first."


class NothingApproved(DeskError):
    """No lesson waits to be published."""

    code = "nothing_approved"
    words = "There is nothing to check: no lesson is approved and not yet published."


class CheckUnderWay(DeskError):
    """One check or publication at a time."""

    code = "check_under_way"
    words = "A check is under way. Wait until it is done."


class NotReady(DeskError):
    """The batch was not checked, was refused, or is published already."""

    code = "not_ready"
    words = "Only a batch whose check found nothing worse can be published, once."


class LessonsChanged(DeskError):
    """Lessons of the batch were changed since the check."""

    code = "lessons_changed"
    words = "Lessons of this batch were changed since the check. Check again."


class DataChanged(DeskError):
    """The assistant's own data are not those that the check trained on."""

    code = "data_changed"
    words = "The assistant's examples or rules were changed since the check. Check again."


class NothingToUndo(DeskError):
    """Only the newest publication can be undone, while its former model is kept."""

    code = "nothing_to_undo"
    words = "Only the newest publication can be undone, and only while its former model is kept."
