"""Licences by their SPDX identifiers, and as Hugging Face names them: in small letters."""

_KNOWN = (
    "AFL-3.0 AGPL-3.0 Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC-BY-2.0 CC-BY-3.0 CC-BY-4.0"
    " CC-BY-NC-2.0 CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-4.0 CC-BY-ND-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0"
    " CC0-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0 CDLA-Sharing-1.0 ECL-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 GPL-2.0"
    " GPL-3.0 ISC LGPL-2.1 LGPL-3.0 LPPL-1.3c MIT MPL-2.0 MS-PL NCSA ODbL-1.0 OFL-1.1 OSL-3.0 PDDL-1.0 Unlicense WTFPL"
    " Zlib"
)
"""Of the SPDX list (https://spdx.org/licenses/) those that https://hf.co/docs/hub/repositories-licenses names too."""

SPDX = frozenset(_KNOWN.split())
_BY_SMALL = {each.lower(): each for each in SPDX}


def spdx_of(name: str) -> str:
    """Return a licence's SPDX identifier, however it is capitalised; else the name as it is."""
    return _BY_SMALL.get(name.strip().lower(), name.strip())
