"""Gets from a platform the leads of which its webhook has told only the id."""

from gateway.fetching.fetcher import Fetcher

__all__ = ["Fetcher"]
