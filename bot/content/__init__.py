"""What people read: gettext catalogues, languages, the phrase pattern language, and their checks."""
