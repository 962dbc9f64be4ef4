#!/usr/bin/env bash
# Debian packages for reading pictures, and with WITH_BROWSER=1 for the tests that look at the page.
# Installs only what is missing, only where it may; otherwise says what to do and goes on: the bot works without.
set -euo pipefail
wanted=(tesseract-ocr tesseract-ocr-eng tesseract-ocr-rus tesseract-ocr-bul tesseract-ocr-chi-sim tesseract-ocr-chi-tra)
if [ "${WITH_BROWSER:-0}" = 1 ]; then
    wanted+=(chromium fonts-noto-cjk fonts-noto-color-emoji fonts-dejavu-core)
fi
missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "Not a Debian system: install Tesseract with its rus, bul, eng, chi_sim and chi_tra data to have pictures read." >&2
    exit 0
fi
run=()
if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "Pictures are read once these are installed: sudo apt-get install ${missing[*]}" >&2
        exit 0
    fi
    run=(sudo)
fi
echo "Installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { "${run[@]}" apt-get update -qq && "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "Debian packages could not be installed; pictures are not read until they are: ${missing[*]}" >&2
    rm -f "$log"
    [ "${WITH_BROWSER:-0}" = 1 ] && exit 1
    exit 0
fi
rm -f "$log"
