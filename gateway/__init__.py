"""Lead Gateway: takes every enquiry, keeps it safely and puts it into the dialer."""
