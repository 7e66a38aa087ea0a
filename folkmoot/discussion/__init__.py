"""People talk under a story."""
