knows=None
