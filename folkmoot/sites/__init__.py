"""Sites (newsrooms: hosts, policy, theme) and their stories (an address leads to a story)."""
