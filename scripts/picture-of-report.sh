#!/usr/bin/env bash
# Takes the README's picture of a report: the top of the page, in a palette, which keeps it small.
set -euo pipefail
page=${1:?usage: picture-of-report.sh PAGE PICTURE PYTHON}
picture=${2:?}
python=${3:?}

browser=
for name in chromium chromium-browser google-chrome chrome; do
    browser=$(command -v "$name") && break
done
[ -n "$browser" ] || { echo "error: chromium is missing; make system-deps installs it" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sandbox=()
[ "$(id -u)" -ne 0 ] || sandbox=(--no-sandbox)
"$browser" --headless --disable-gpu --hide-scrollbars --user-data-dir="$folder/profile" \
    "${sandbox[@]}" --force-device-scale-factor=1 --window-size=1200,1800 \
    --screenshot="$folder/page.png" "file://$(realpath "$page")" 2>/dev/null
"$python" - "$folder/page.png" "$picture" <<'PYTHON'
import sys
from PIL import Image

Image.open(sys.argv[1]).convert("RGB").quantize(
    256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
).save(
    sys.argv[2], optimize=True
)
PYTHON
echo "Wrote $picture"
