"""What whoever runs the bot needs: `pristan doctor`, readiness, metrics, word to systemd."""
