from __future__ import annotations

import sys
from pathlib import Path

# the modules beside the tests: the reference reader and what records logs for it
sys.path.insert(0, str(Path(__file__).parent))
