"""What can go wrong in the dialogue."""

from __future__ import annotations


class DialogueError(Exception):
    """The model cannot be used or a turn could not be decided.

    The cause is chained; the text never quotes a message.
    """
