"""The shipping label: 4 x 6 inches at 203 dpi in ZPL II, with the SSCC as a GS1-128 bar code.

No name and no street: the label carries codes of buildings and zones only; who needs the door asks by SSCC. The bar
code is Code 128 in the printer's GS1 mode (`^BC` mode D puts FNC1 and the symbol's check character): narrow bars of 4
dots (0.5 mm) and 1.3 inches high, within GS1's limits for logistic labels (X 0.495 to 0.94 mm, height at least
31.75 mm).
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH_DOTS, HEIGHT_DOTS = 812, 1218
BAR_DOTS, BAR_HEIGHT_DOTS = 4, 264


@dataclass(frozen=True)
class Label:
    """What stands on a label; every text is a code, at most 24 characters are printed."""

    sscc: str
    building: str
    station: str
    zone: str
    route: str
    way: str
    due: str
    weight_g: int
    package: int


def _text(words: str) -> str:
    """Printable ASCII; what ZPL would read as a command is written in hex (`^FH`)."""
    kept = "".join(c if " " <= c <= "~" else "?" for c in words[:24])
    return "".join(f"_{ord(c):02X}" if c in "^~_" else c for c in kept)


def _field(x: int, y: int, height: int, words: str) -> str:
    return f"^FO{x},{y}^A0N,{height},{height}^FH^FD{_text(words)}^FS"


def label_zpl(label: Label) -> str:
    """The label as ZPL II, one command a line; pure: the same label prints the same."""
    grams = f"{label.weight_g // 1000}.{label.weight_g % 1000:03d} kg"
    lines = [
        "^XA",
        "^CI28",
        f"^PW{WIDTH_DOTS}",
        f"^LL{HEIGHT_DOTS}",
        "^LH0,0",
        _field(40, 40, 36, f"FROM {label.building}"),
        _field(480, 40, 36, grams),
        "^FO30,96^GB752,4,4^FS",
        _field(40, 130, 120, label.station),
        _field(40, 280, 60, f"ZONE {label.zone}"),
        _field(40, 360, 60, f"BY {label.due}"),
        "^FO30,450^GB752,4,4^FS",
        _field(40, 480, 80, label.way),
        _field(40, 580, 60, label.route),
        "^FO30,670^GB752,4,4^FS",
        f"^BY{BAR_DOTS},3,{BAR_HEIGHT_DOTS}",
        f"^FO94,720^BCN,{BAR_HEIGHT_DOTS},Y,N,N,D^FD(00){label.sscc}^FS",
        _field(40, 1120, 32, f"PACKAGE {label.package}"),
        "^XZ",
    ]
    return "\n".join(lines) + "\n"
