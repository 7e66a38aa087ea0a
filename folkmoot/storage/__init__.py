"""Where everything is kept. The only folder that knows which engine it is."""
