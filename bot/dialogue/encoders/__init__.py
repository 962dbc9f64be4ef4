"""Sentence encoders: text to vectors, offline, weights from installed packages."""
