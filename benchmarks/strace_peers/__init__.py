"""What else one would read a strace log with, and what it takes to compare it with ours."""
