#!/usr/bin/env bash
# The environment in $VENV: Python 3.10, then every package of requirements.lock, each checked against its hash.
set -euo pipefail
VENV=${VENV:-.venv}

usable() { [ -n "${1:-}" ] && "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; }

python=""
for candidate in "${PYTHON:-}" python3.10 python3 python; do
    if usable "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ] && command -v pyenv >/dev/null; then
    candidate="$(pyenv root)/versions/$(pyenv latest 3.10 2>/dev/null || true)/bin/python"
    if usable "$candidate"; then python=$candidate; fi
fi
if [ -z "$python" ] && command -v uv >/dev/null; then
    candidate=$(uv python find 3.10 2>/dev/null || true)
    if usable "$candidate"; then python=$candidate; fi
fi
if [ -z "$python" ]; then
    echo "Python 3.10 is needed (Rasa 3.6 runs on no newer one) and was not found." >&2
    echo "Install it (pyenv install 3.10, or uv python install 3.10), or name it: make install PYTHON=/path/to/python3.10" >&2
    exit 1
fi

if ! usable "$VENV/bin/python"; then
    echo "Making $VENV with $("$python" --version)"
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
fi
# The installer is locked too; it fetches in parallel what pip fetches one after the other.
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-installer.lock
echo "Installing the locked packages (about 1 GB; a minute or two)"
UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=${UV_LINK_MODE:-copy} \
    "$VENV/bin/uv" pip install --quiet --python "$VENV/bin/python" --require-hashes -r requirements.lock
"$VENV/bin/uv" pip install --quiet --python "$VENV/bin/python" --no-deps --no-build-isolation --offline --editable .
# A start reads some 4,000 modules. Where Python may not keep what it compiled (PYTHONDONTWRITEBYTECODE, a read-only
# disk), each start would compile them again: seven seconds more. What a start never reads needs not be compiled.
NEVER_IMPORTED="/(tests|pip|mypyc?|twilio/rest/[a-z_0-9]+|jax|jaxlib|(geo|carrier|tz)data)/"
echo "Compiling"
"$VENV/bin/python" -m compileall -q -j 0 -x "$NEVER_IMPORTED" "$VENV/lib" bot >/dev/null 2>&1 || true
echo "Installed."
