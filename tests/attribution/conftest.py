from __future__ import annotations

import sys
from pathlib import Path

# the modules beside the tests: logs written for them, and the planted programs
sys.path.insert(0, str(Path(__file__).parent))
