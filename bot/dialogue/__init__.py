"""The dialogue: Rasa in the process of the bot."""
