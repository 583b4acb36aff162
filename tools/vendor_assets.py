"""Copy the few browser files that the portal serves out of node_modules into static/vendor/.

Use: ``python tools/vendor_assets.py [node_modules]`` after ``npm ci``. Only these files are served; the
rest of the packages never reaches a browser.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "vendor"
FONTS = "@fontsource-variable"
FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "plotly.js-basic-dist-min/plotly-basic.min.js",
    f"{FONTS}/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
    f"{FONTS}/source-sans-3/files/source-sans-3-latin-wght-italic.woff2",
    f"{FONTS}/source-sans-3/files/source-sans-3-latin-ext-wght-normal.woff2",
    f"{FONTS}/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
)
# Its map is not served, and the manifest storage refuses a file that names a missing one.
SOURCE_MAP = re.compile(rb"/\*# sourceMappingURL=[^*]*\*/\s*$")


def vendor(node_modules: Path) -> None:
    """Copy every file of ``FILES``; raises FileNotFoundError when a package is not installed."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        content = (node_modules / name).read_bytes()
        if name.endswith(".css"):
            content = SOURCE_MAP.sub(b"", content)
        (TARGET / Path(name).name).write_bytes(content)


if __name__ == "__main__":
    vendor(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "node_modules")
