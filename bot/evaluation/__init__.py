"""How well the bot understands: labelled messages in, figures and pictures out."""
