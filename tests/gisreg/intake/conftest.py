"""Helpers of the readers' tests."""

import sys
from pathlib import Path

# pytest's importlib mode puts no folder on the path: the tests here share modules of helpers
sys.path.insert(0, str(Path(__file__).parent))
