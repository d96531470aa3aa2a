"""Colours by name and by number: CSS names, RGB, hue and saturation, kelvin and mired. Knows no lamp."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

Rgb = tuple[int, int, int]

_CSS = """
aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000
blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00
chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b
darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f
darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f
darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969
dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff
gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4
indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd
lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3
lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899
lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000
mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee
mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1
moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500
orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9
peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513
salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd
slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8
tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
"""
_PAIRS = _CSS.split()
COLOURS: dict[str, Rgb] = {
    name: (int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)) for name, code in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
}


def rgb_of(name: str) -> Rgb | None:
    """The colour that a CSS name stands for; "light blue" and "Light-Blue" are lightblue. None where there is none of that name."""
    return COLOURS.get("".join(letter for letter in name.casefold() if letter.isalnum()))


def name_of(rgb: Sequence[int]) -> str:
    """The plainest CSS name that is nearest to an RGB colour."""
    plain = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "white", "black", "brown", "turquoise", "violet", "lime")
    red, green, blue = (int(part) for part in rgb[:3])
    return min(plain, key=lambda name: sum((a - b) ** 2 for a, b in zip(COLOURS[name], (red, green, blue), strict=True)))


def rgb_to_hs(rgb: Sequence[float]) -> tuple[float, float]:
    """Hue 0–360 and saturation 0–100."""
    hue, saturation, _ = colorsys.rgb_to_hsv(rgb[0] / 255, rgb[1] / 255, rgb[2] / 255)
    return round(hue * 360, 3), round(saturation * 100, 3)


def hs_to_rgb(hs: Sequence[float]) -> Rgb:
    """RGB at full brightness."""
    red, green, blue = colorsys.hsv_to_rgb((hs[0] % 360) / 360, min(max(hs[1], 0), 100) / 100, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def xy_to_rgb(x: float, y: float) -> Rgb:
    """CIE 1931 xy at full brightness to sRGB (D65), as Hue and Zigbee lamps report it."""
    if y <= 0:
        return 255, 255, 255
    big_x, big_z = x / y, (1 - x - y) / y
    linear = (
        big_x * 1.656492 - 0.354851 - big_z * 0.255038,
        -big_x * 0.707196 + 1.655397 + big_z * 0.036152,
        big_x * 0.051713 - 0.121364 + big_z * 1.011530,
    )
    gamma = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in (max(part, 0.0) for part in linear)]
    top = max(gamma) or 1.0
    red, green, blue = (round(255 * part / top) for part in gamma)
    return red, green, blue


def rgb_to_xy(rgb: Sequence[float]) -> tuple[float, float]:
    """CIE 1931 xy of an sRGB colour (D65)."""
    red, green, blue = (((c + 0.055) / 1.055) ** 2.4 if c > 0.04045 else c / 12.92 for c in (part / 255 for part in rgb[:3]))
    x = red * 0.664511 + green * 0.154324 + blue * 0.162028
    y = red * 0.283881 + green * 0.668433 + blue * 0.047685
    total = x + y + red * 0.000088 + green * 0.072310 + blue * 0.986039
    return (round(x / total, 4), round(y / total, 4)) if total else (0.3127, 0.329)


def mired(kelvin: float) -> int:
    """Colour temperature in mired from kelvin, and the other way round."""
    return round(1_000_000 / max(kelvin, 1))
