"""A command line that cannot be read, as its users type it: one line, exit code 2, the help to ask for."""

import pytest

NOWHERE = {"GISREG_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}


@pytest.fixture
def gisreg(cli_with, tmp_path):
    """``gisreg`` without a database: what cannot be read must be refused before one is asked for."""
    return cli_with({"GISREG_HOME": str(tmp_path / "home"), **NOWHERE})


CASES = [
    (
        ["export"],
        "缺少选项 --output / -o;用法见 gisreg export --help",
        "missing option --output / -o; see gisreg export",
    ),
    (["parcels", "show"], "缺少参数 CODE;用法见 gisreg parcels show", "missing argument CODE"),
    (["parcels", "list", "--nope"], "没有选项 --nope", "no such option: --nope"),
    (
        ["parcels", "list", "--lim", "3"],
        "没有选项 --lim(相近的有 --limit)",
        "no such option: --lim (possible: --limit)",
    ),
    (["export", "-o"], "选项 -o 后面缺少值;用法见 gisreg export --help", "option -o needs a value; see gisreg export"),
    (["parcels", "list", "--json=1"], "选项 --json 不带值", "option --json takes no value; see gisreg parcels list"),
    (["parcels", "list", "--limit", "x"], "--limit 的值不对:x 不是整数", "invalid value for --limit: x is not a whole"),
    (["parcels", "list", "--limit", "0"], "0 小于 1", "0 is less than 1"),
    (["serve", "--port", "70000"], "70000 大于 65535", "70000 is more than 65535"),
    (["plan", "accept", "abc"], "RUN 的值不对:abc 不是整数", "invalid value for RUN: abc is not a whole number"),
    (["db", "url", "--role", "x"], "x 不在可选值之中:app, admin", "x is not one of app, admin; see gisreg db url"),
    (["export", "-o", "a.gpkg", "--kind", "x"], "x 不在可选值之中:unsupplied_land", "x is not one of unsupplied_land"),
    (
        ["parcels", "import", "a.shp", "--kind", "x"],
        "x 不在可选值之中:unsupplied_land",
        "x is not one of unsupplied_land",
    ),
    (
        ["parcels", "import", "a.xlsx", "--kind", "idle_land", "--join", "x"],
        "x 不在可选值之中:parcel_code",
        "x is not one",
    ),
    (["units", "import", "a.shp", "--level", "x"], "x 不在可选值之中:county, township", "x is not one of county"),
    (["units", "list", "--level", "x"], "x 不在可选值之中:county, township", "x is not one of county"),
    (["parcels", "show", "a", "b"], "多余的参数 b", "unexpected argument b"),
    (["parcels", "lst"], "没有命令 lst(相近的有 list);用法见 gisreg parcels", "no such command: lst (possible: list)"),
    (["nope"], "没有命令 nope;用法见 gisreg --help", "no such command: nope; see gisreg --help"),
    (["--lang"], "选项 --lang 后面缺少值;用法见 gisreg --help", "option --lang needs a value; see gisreg --help"),
]


@pytest.mark.parametrize(("arguments", "zh", "en"), CASES)
def test_chinese_first_and_english_beside_it_where_no_language_was_chosen(gisreg, arguments, zh, en):
    ran = gisreg(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("错误 [usage] ")
    assert ran.err.index(zh) < ran.err.index(en)


def test_one_language_where_it_was_chosen(gisreg):
    arguments = ["parcels", "list", "--limit", "x"]
    assert gisreg("--lang", "zh", *arguments).err == (
        "错误 [usage] --limit 的值不对:x 不是整数;用法见 gisreg parcels list --help\n"
    )
    english = "error [usage] invalid value for --limit: x is not a whole number; see gisreg parcels list --help\n"
    assert gisreg("--lang", "en", *arguments).err == english
    assert gisreg(*arguments, env={"GISREG_LANGUAGE": "en"}).err == english
    unknown = gisreg("--lang", "fr", *arguments)
    assert (unknown.code, unknown.err.count("\n")) == (2, 1)
    assert "fr 不在可选值之中:zh, en" in unknown.err


def test_what_was_typed_never_breaks_the_line(gisreg):
    for typed in ("--a\nb", "x\ny\x1b[31m"):
        ran = gisreg("parcels", "list", typed)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert "\x1b" not in ran.err
