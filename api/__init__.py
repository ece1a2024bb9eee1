"""The registry over HTTP: a FastAPI application for programs and a few pages for people. Loopback only."""
