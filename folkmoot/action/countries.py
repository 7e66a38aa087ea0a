"""What people call the countries whose officials may be loaded; others go by their code. To name one, add it."""

from __future__ import annotations

from folkmoot.web.words import N_

COUNTRIES: dict[str, str] = {
    "us": N_("United States"), "ca": N_("Canada"), "gb": N_("United Kingdom"), "ie": N_("Ireland"), "au": N_("Australia"), "nz": N_("New Zealand"),
    "de": N_("Germany"), "at": N_("Austria"), "ch": N_("Switzerland"), "fr": N_("France"), "be": N_("Belgium"), "nl": N_("Netherlands"),
    "es": N_("Spain"), "pt": N_("Portugal"), "it": N_("Italy"), "pl": N_("Poland"), "mx": N_("Mexico"), "ar": N_("Argentina"), "br": N_("Brazil"),
    "in": N_("India"), "za": N_("South Africa"), "ke": N_("Kenya"), "ng": N_("Nigeria"), "eg": N_("Egypt"), "tn": N_("Tunisia"), "jp": N_("Japan"),
}  # fmt: skip
