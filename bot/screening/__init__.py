"""Screening of job offers: which red flags stand in a text, in whose words, and what they say together."""
