"""The sandbox's page: markup, style, behaviour and words. No framework, nothing from the network."""
