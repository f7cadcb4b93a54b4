"""Getting stored leads into the dialer: hand-over, lines, retries, holds and the callers that wait."""

from gateway.delivery.engine import Admission, Delivery

__all__ = ["Admission", "Delivery"]
