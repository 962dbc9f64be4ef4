"""One turn: what a person sent goes in, what the bot answers comes out; safety first, then the dialogue."""
