"""What one line of strace says, in integers; compiled, no tables."""
