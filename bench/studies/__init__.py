"""Measurements of one subject, beside those of ./dev bench: each has `measure(tools, servers, arguments, say)`."""
