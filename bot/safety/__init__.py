"""The safety net: rules that recognise danger before any model runs, and the answer that never waits."""
