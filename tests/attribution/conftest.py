from __future__ import annotations

import sys
from pathlib import Path

# the modules beside the tests: logs written for them; and the package of the planted programs
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
