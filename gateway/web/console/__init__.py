"""The operator console: pages for people who look after leads, rendered here and mended with a click."""
