"""The demo: a newspaper of a made-up town, its stories, and what its readers say. For trying Folkmoot, and for its pictures."""
