#!/usr/bin/env bash
# Known vulnerabilities of the locked packages, from an environment of its own: pip-audit wants a newer "packaging" than
# Rasa allows. Needs the network (PyPI, or OSV with SERVICE=osv), so it is no part of CI.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
AUDIT=${AUDIT:-.audit}
SERVICE=${SERVICE:-pypi}
if [ ! -x "$AUDIT/bin/pip-audit" ]; then
    python3 -m venv "$AUDIT"
    "$AUDIT/bin/python" -m pip install --quiet --disable-pip-version-check "pip-audit>=2.10,<3"
fi
# Judged in docs/decisions.md: what is listed there need not be told again.
ignored=()
while read -r id; do ignored+=(--ignore-vuln "$id"); done < <(grep -oE '^[A-Z][A-Za-z0-9-]+' tools/audit-judged.txt || true)
# --strict: a package nobody could look up is a failure, not a silence.
exec "$AUDIT/bin/pip-audit" --strict --disable-pip --require-hashes --vulnerability-service "$SERVICE" \
    --requirement requirements.lock "${ignored[@]}"
