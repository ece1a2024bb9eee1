"""One module per group of addresses. Routers hold no SQL and no try/except: failures become problems elsewhere."""
