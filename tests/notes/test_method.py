"""docs/notes.md tells every constant by which notes and maps are decided, as the code has it, and where it comes from."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from folkmoot.notes import asking, bridging, bursts, map_drawing, opinions, rings, scoring, standing

PAGE = (Path(__file__).parents[2] / "docs/notes.md").read_text("utf-8")
MADE = {"CLASSES", "CELLS"}  # follow from the others


def told() -> dict[str, object]:
    """Name → value, of the table of constants."""
    found: dict[str, object] = {}
    for names, values in re.findall(r"^\| (`[a-z_]+\.[A-Z_]+`(?:, `[a-z_]+\.[A-Z_]+`)*) \| (.+?) \| .+ \|$", PAGE, re.M):
        each = re.findall(r"`(.+?)`", names)
        value = ast.literal_eval(values)
        found |= dict(zip(each, value if len(each) > 1 else (value,), strict=True))
    return found


def test_every_constant_is_told_as_it_is() -> None:
    here = {}
    for module in (bridging, bursts, rings, scoring, opinions, map_drawing, standing, asking):
        room = module.__name__.rpartition(".")[2]
        source = Path(module.__file__ or "").read_text("utf-8")
        for name, value in vars(module).items():
            own = re.search(rf"^(?:[A-Z_]+, )*{name}(?:, [A-Z_]+)* = ", source, re.M)
            if name.isupper() and not name.startswith("_") and own and name not in MADE and isinstance(value, (int, float, tuple)):
                here[f"{room}.{name}"] = value
    page = told()
    for name, value in here.items():
        if not (isinstance(value, tuple) and any(isinstance(each, str) for each in value)):
            assert name in page, f"{name} is not in docs/notes.md"
    for name, value in page.items():
        module, _, constant = name.partition(".")
        real = getattr({"bridging": bridging, "bursts": bursts, "rings": rings, "scoring": scoring, "opinions": opinions, "map_drawing": map_drawing,
                        "standing": standing, "asking": asking}[module], constant)  # fmt: skip
        assert real == value or (isinstance(real, float) and abs(real - float(value)) < 5e-4), name  # type: ignore[arg-type]
