"""Custom actions: what the bot does for an intent.

An action decides; it knows text ids and markers, no words. Texts come from the catalogues (`bot/dialogue/nlg.py`),
markers (`custom` outputs) are carried out by the conversation: the same actions run inside the bot and behind
`rasa run actions --actions bot.dialogue.actions`.
"""
