"""Measures Mind Space beside a peer and beside what the machine allows: ./dev bench, docs/performance.md."""
