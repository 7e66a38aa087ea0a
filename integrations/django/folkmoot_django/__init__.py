"""Folkmoot for Django: `INSTALLED_APPS += ["folkmoot_django"]`, `FOLKMOOT_SERVER = "https://talk.example"`, then in a template
`{% load folkmoot %}{% folkmoot %}`, or `{% folkmoot story.get_absolute_url story.pk %}`.
"""

__version__ = "0.1.0"
