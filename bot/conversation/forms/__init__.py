"""Forms: things the bot asks one after the other. They live in the conversation and work without the dialogue model.

A form's state stands in ``Turn.talk``: encrypted beside the dialogue's snapshot, gone with it by ``/hide``, ``/forget``
and age.
"""
