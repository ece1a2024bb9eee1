"""``make fuzz``: every parser of our own for its share of FUZZ_SECONDS; names a finding and how to repeat it.

python tests/fuzz                       all targets, 600 seconds together
python tests/fuzz kml dxf               these only
python tests/fuzz kml build/fuzz/kml/crash-…   one input again
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from targets import PROJECT, TARGETS, Target

HARNESS = Path(__file__).with_name("harness.py")
FOLDER = PROJECT / "build" / "fuzz"
SECONDS = 600
HANG_S = 15
MEMORY_MB = 2048
TAIL_LINES = 25
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
FINDINGS = ("crash-", "timeout-", "oom-", "leak-")
SPECIAL = '"\\'


@dataclass(frozen=True)
class Outcome:
    """What a target's run has come to."""

    name: str
    runs: int
    covered: int
    seconds: float
    found: Path | None
    log: Path
    failed: bool


def main(arguments: list[str]) -> int:
    """Exit code 1 where anything was found."""
    names = [word for word in arguments if word in TARGETS]
    inputs = [Path(word) for word in arguments if word not in TARGETS]
    if any(not path.is_file() for path in inputs) or (inputs and len(names) != 1):
        print(f"python tests/fuzz [{' '.join(TARGETS)}] [FILE]", file=sys.stderr)
        return 2
    if inputs:
        return subprocess.run([sys.executable, HARNESS, names[0], *inputs], check=False).returncode
    names = names or list(TARGETS)
    seconds = max(2, int(os.environ.get("FUZZ_SECONDS", SECONDS)) // len(names))
    outcomes = []
    for name in names:
        outcomes.append(_fuzzed(name, TARGETS[name], seconds))
        _tell(outcomes[-1])
    failed = [outcome for outcome in outcomes if outcome.failed]
    print(f"{len(outcomes)} targets, {sum(o.runs for o in outcomes):,} runs, {len(failed)} with a finding")
    return 1 if failed else 0


def _fuzzed(name: str, target: Target, seconds: int) -> Outcome:
    """Run one target; what it has learnt stays in build/fuzz for the next time."""
    folder = FOLDER / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for older in [path for path in folder.iterdir() if path.name.startswith(FINDINGS)]:
        older.replace(corpus / older.name)  # what was found before is tried first
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}", f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}", f"-max_len={target.longest}",
        f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=1",
    ]  # fmt: skip
    if target.words:
        (folder / "words").write_text(_dictionary(target))
        options.append(f"-dict={folder / 'words'}")
    start, log = time.monotonic(), folder / "log"
    with log.open("wb") as output, tempfile.TemporaryDirectory(prefix="gisreg-fuzz-", dir=IN_MEMORY) as scratch:
        code = subprocess.run(
            [sys.executable, HARNESS, name, *options, corpus], cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": scratch}, check=False,
        ).returncode  # fmt: skip
    said = log.read_text(errors="replace")
    new = [path for path in sorted(folder.iterdir()) if path.name.startswith(FINDINGS)]
    return Outcome(
        name, _last(r"number_of_executed_units: (\d+)", said), _last(r"cov: (\d+)", said), time.monotonic() - start,
        new[0] if new else None, log, code != 0 or bool(new),
    )  # fmt: skip


def _dictionary(target: Target) -> str:
    """libFuzzer's form: a quoted string of bytes a line."""
    return "".join(f'"{_quoted(word.encode(target.encoding))}"\n' for word in target.words)


def _quoted(word: bytes) -> str:
    return "".join(chr(b) if b" " < bytes((b,)) < b"\x7f" and chr(b) not in SPECIAL else f"\\x{b:02X}" for b in word)


def _last(pattern: str, said: str) -> int:
    return int((re.findall(pattern, said) or [0])[-1])


def _tell(outcome: Outcome) -> None:
    word = "FOUND" if outcome.failed else "ok"
    print(
        f"{word:5} {outcome.name:14} {outcome.runs:>9,} runs  cov {outcome.covered:>5}  {outcome.seconds:5.0f} s",
        flush=True,
    )
    if not outcome.failed:
        return
    print("\n".join("      " + line for line in outcome.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]))
    if outcome.found:
        place = outcome.found.relative_to(PROJECT)
        print(f"      input:  {place}\n      repeat: .venv/bin/python tests/fuzz {outcome.name} {place}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
