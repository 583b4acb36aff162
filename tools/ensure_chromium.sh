#!/bin/sh
# Make sure that a Chromium is there for the tests in a real browser.
set -eu

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium from the system's packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -q -y --no-install-recommends chromium && exit 0
fi
echo "The tests need Chromium. Install it (Debian: apt install chromium), or put google-chrome on the PATH." >&2
exit 1
