"""``python -m coldstart_lab`` is ``coldstart``."""

import sys

from coldstart_lab.cli import main

if __name__ == "__main__":
    sys.exit(main())
