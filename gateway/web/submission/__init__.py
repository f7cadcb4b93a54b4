"""The submission page of one source: what its sender must know, with code that runs, from the live configuration."""
