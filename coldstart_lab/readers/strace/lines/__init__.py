"""The lines of a log in relation: scanned, mended, given threads, paired, put on one clock."""
