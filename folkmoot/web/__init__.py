"""The HTTP kit: requests, forms, limits, errors as status and words, headers, static files, words in the reader's language."""
