"""All doors of the desk, for app.py. A page whose path names a room comes before those whose path names a kind of item."""

from __future__ import annotations

from folkmoot.desk import pages, person_pages, routes, story_pages

OPERATIONS = routes.OPERATIONS
PAGES = (*person_pages.PAGES, *story_pages.PAGES, *pages.PAGES)
