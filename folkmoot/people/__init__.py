"""Who speaks: accounts, sessions, sign-in, roles."""
