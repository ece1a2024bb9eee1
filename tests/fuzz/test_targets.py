"""The targets of `make fuzz` run: their own examples, each also cut short and with every tenth byte turned round."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from targets import TARGETS, held


@pytest.mark.parametrize("name", TARGETS)
def test_examples_give_rows_or_one_line(name: str, tmp_path: Path) -> None:
    for number, seed in enumerate(TARGETS[name].seeds):
        spoilt = bytes(byte ^ 0xFF if at % 10 == 9 else byte for at, byte in enumerate(seed))
        for way, data in enumerate((seed, b"", seed[: len(seed) // 2], seed[len(seed) // 2 :], spoilt)):
            folder = tmp_path / f"{number}-{way}"
            folder.mkdir()
            held(name, data, folder)
