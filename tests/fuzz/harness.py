"""One target in one process, under atheris: ``harness.py NAME [libFuzzer's arguments and folders]``."""

import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

NAME = sys.argv[1]
sys.path.insert(0, str(Path(__file__).parent))
with atheris.instrument_imports(include=["gisreg", "targets"], enable_loader_override=False):
    import targets

    scratch = Path(tempfile.mkdtemp(prefix="gisreg-fuzz-"))
    for seed in targets.TARGETS[NAME].seeds:  # what a target imports lazily is instrumented too
        targets.held(NAME, seed, scratch)


def once(data: bytes) -> None:
    """One input, in an empty folder."""
    for old in scratch.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    targets.held(NAME, data, scratch)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], once)
    atheris.Fuzz()
