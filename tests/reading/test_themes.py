"""A site's theme: what it is made of, and that it can be read."""

from __future__ import annotations

import pytest

from folkmoot.reading.themes import COLOURS, FONTS, contrast, faults, house, sheet
from folkmoot.sites.model import Theme


def test_a_theme_has_twelve_properties_and_the_house_has_each_of_its_colours() -> None:
    assert len(COLOURS) + len(FONTS) == 12
    assert set(COLOURS) <= set(house())


def test_the_houses_own_look_passes_its_own_check() -> None:
    assert faults(Theme()) == ()


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#ffffff", 21.0), ("#fff", "#fff", 1.0), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accent", "red"),
        ("accent", "#12"),
        ("accent", "#7a1f1f; } body { display: none"),
        ("accent", "#7a1f1f #82c8d0 #000000"),
        ("accent", "url(https://evil.example/x)"),
        ("serif", "Georgia; } body { display: none"),
        ("serif", 'url("https://evil.example/font")'),
        ("serif", '"Noto'),
        ("serif", "Georgia,"),
        ("background", "#ffffff"),
    ],
)
def test_a_value_that_is_none_is_named_and_never_sent(name: str, value: str) -> None:
    theme = Theme(properties={name: value})
    (fault,) = faults(theme)
    assert name in fault
    assert sheet(theme) == ""


def test_a_colour_alone_is_for_the_day_and_the_night_keeps_the_houses() -> None:
    css = sheet(Theme(properties={"accent": "#7a1f1f"}))
    assert "--accent: #7a1f1f; " in css
    assert f"--accent: light-dark(#7a1f1f, {house()['accent'][1]})" in css


def test_two_colours_are_for_day_and_night() -> None:
    assert "light-dark(#7a1f1f, #f2a08e)" in sheet(Theme(properties={"accent": "#7a1f1f #f2a08e"}))


def test_what_cannot_be_read_is_refused_and_said() -> None:
    (first, *_) = faults(Theme(properties={"ink": "#999999"}))
    assert "ink on paper" in first
    assert "4.5" in first


def test_a_theme_for_the_night_alone_is_checked_by_night_alone() -> None:
    assert faults(Theme("dark", {"ink": "#ffffff"})) == ()
    assert faults(Theme("light", {"ink": "#ffffff"})) != ()


def test_a_scheme_alone_is_a_sheet_too() -> None:
    assert "color-scheme: dark;" in sheet(Theme("dark"))


def test_typefaces_are_names_with_commas_between() -> None:
    assert '--serif: Georgia, "Noto Serif", serif;' in sheet(Theme(properties={"serif": 'Georgia, "Noto Serif", serif'}))
