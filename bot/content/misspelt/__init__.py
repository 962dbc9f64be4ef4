"""Words of the rules that are misspelt, clipped, run together or partly Latin."""
