"""The outline of each kind of component."""


def outline(kind: str, wide: float, high: float) -> tuple[str, str]:
    """Return the path of a kind's shape and of the second line inside it, if it has one."""
    w, h, half = wide - 1, high - 1, high / 2
    if kind == "dataset":
        side = f"v{high - 16:g}"
        bow = f"c0 4.500 {-w * 0.23:.1f} 7 {-(w - 1) / 2:.1f} 7S1 {h - 2.5:g} 1 {h - 7:g}"
        top = f"M1 8C1 3.500 {w * 0.23:.1f} 1 {wide / 2:g} 1S{w:g} 3.500 {w:g} 8"
        return f"{top}{side}{bow}z", f"M1 8C1 12.500 {w * 0.23:.1f} 15 {wide / 2:g} 15S{w:g} 12.500 {w:g} 8"
    if kind == "feature_set":
        return f"M13 1H{w:g}L{w - 12:g} {h:g}H1z", ""
    if kind == "pipeline":
        return f"M1 1H{w - 14:g}L{w:g} {half:g}L{w - 14:g} {h:g}H1L9 {half:g}z", ""
    if kind == "model":
        return f"M14 1H{w - 13:g}L{w:g} {half:g}L{w - 13:g} {h:g}H14L1 {half:g}z", ""
    if kind == "product":
        return f"M1 1H{w:g}V{h:g}H1z", f"M5 5H{w - 4:g}V{h - 4:g}H5z"
    right = f"H{w - 14:g}a14 14 0 0 1 14 14V{h - 14:g}a14 14 0 0 1 -14 14"
    return f"M15 1{right}H15a14 14 0 0 1 -14 -14V15a14 14 0 0 1 14 -14z", ""
