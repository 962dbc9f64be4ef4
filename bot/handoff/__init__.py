"""Handoff: a case is opened, its messages are passed between the person and the staff's forum group, and it ends."""
