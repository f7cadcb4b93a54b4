"""The domain: what a lead is and how an enquiry becomes one; no Flask, no SQL, no HTTP."""
