"""Each page of docs/ that works through an example runs as it stands, on the demonstration county."""

import re
import shlex
from pathlib import Path

from sqlalchemy import Engine, text

from gisreg.db.engine import transaction
from gisreg.demo.papers import pdf

CLOSEOUT = Path(__file__).resolve().parent.parent / "docs" / "closeout.md"
PNG = b"\x89PNG\r\n\x1a\n"


def commands(page: Path) -> list[list[str]]:
    """The ``gisreg …`` lines of all shell blocks, as arguments."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("gisreg ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_the_close_out_goes_all_the_way_as_the_page_says(run_cli, engine: Engine, tmp_path: Path) -> None:
    for name in ("notice", "determination", "minutes", "permit", "points", "first", "quota"):
        (tmp_path / f"{name}.pdf").write_bytes(pdf(name))
    for name in ("photo", "again"):
        (tmp_path / f"{name}.png").write_bytes(PNG + name.encode())
    assert run_cli("demo", "--parcels", 60).code == 0
    steps = commands(CLOSEOUT)
    assert len(steps) > 20
    for step in steps:
        done = run_cli(*step, cwd=tmp_path)
        assert (done.code, done.err) == (0, ""), (step, done.err)
        assert done.out, step
    with transaction(engine) as connection:
        states = connection.execute(
            text("SELECT state FROM parcel WHERE parcel_code IN ('149901-0000036', '149901-0000054')")
        ).scalars()
        assert list(states) == ["closed", "closed"]
        kept = "SELECT energy_quota_tce, water_quota_t FROM parcel_current WHERE parcel_code = '149901-0000036'"
        assert tuple(connection.execute(text(kept)).one()) == (0, 0)
        late = "SELECT array_agg(late ORDER BY id) FROM close_out WHERE submitted_on IN ('2026-09-24', '2026-10-26')"
        assert connection.execute(text(late)).scalar_one() == [False, True]
