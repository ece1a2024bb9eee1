"""``gisreg closeout`` as people and programs call it, from the suspicion to the close-out."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from gisreg.days import today
from gisreg.db.engine import Actor, transaction

CODE, OTHER = "149901-0000001", "149901-0000002"


@pytest.fixture
def county(engine: Engine) -> None:
    """One parcel that is suspected and one that is registered; four papers of the first, one of the second."""
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, official_area_m2, official_area_source,"
                " area_m2) VALUES ('149901', '149901-0000001', 'idle_land', 'suspected', 20000, 'deed', 20000),"
                " ('149901', '149901-0000002', 'idle_land', 'registered', 10000, 'deed', 10000)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO document (county_code, parcel_id, document_type, file_name, file_sha256, file_bytes)"
                " SELECT '149901', id, 'proof', 'a.pdf', lpad(n::text, 64, '0'), 1 FROM generate_series(1, 5) AS n"
                " JOIN parcel ON parcel_code = CASE n WHEN 5 THEN '149901-0000002' ELSE '149901-0000001' END ORDER BY n"
            )
        )


@pytest.fixture
def gisreg(run_cli, county):
    """Runs a command that must do well; what it prints as JSON."""

    def run(*arguments):
        done = run_cli("closeout", *arguments, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    return run


def version(done) -> str:
    return str(done["parcels"][0]["version"])


def test_the_whole_way(gisreg, run_cli) -> None:
    v = version(gisreg("investigate", CODE, "--based-on", 1, "--on", "2026-01-05", "--document", 1))
    v = version(gisreg("determine", CODE, "--based-on", v, "--on", "2026-02-05", "--role", "county"))
    v = version(gisreg(
        "plan", CODE, "--based-on", v, "--label", "use", "--measure", "order_start", "--reason", "专题会议确定",
        "--leader", "乙", "--step", "约谈@2026-03-01@示例局", "--step", "开工", "--on", "2026-02-06",
    ))  # fmt: skip
    assert [one["title_zh"] for one in gisreg("due")["items"]] == ["约谈", "开工"]
    assert gisreg("step", CODE, 1, "--based-on", 1, "--done-on", "2026-02-20", "--document", 2)["version"] == 2
    v = version(gisreg("start", CODE, "--based-on", v))
    refused = run_cli("closeout", "submit", CODE, "--based-on", v, "--proof", "site_photo=2")
    assert (refused.code, refused.err.count("\n")) == (3, 1)
    assert "施工许可证、现场坐标" in refused.err
    another = run_cli(
        "--lang", "en", "closeout", "submit", CODE, "--based-on", v, "--proof", "site_photo=2", "--proof",
        "construction_permit=3", "--proof", "coordinates=5",
    )  # fmt: skip
    assert (another.code, another.err.count("\n")) == (3, 1)
    assert "document 5 is not one of parcel" in another.err
    done = gisreg(
        "submit", CODE, "--based-on", v, "--proof", "site_photo=2", "--proof", "construction_permit=3", "--proof",
        "coordinates=4", "--set", "treasury_wan=30", "--set", "disposable_wan=12.5", "--set", "quantity=20000",
        "--set", "quantity_unit=平方米",
    )  # fmt: skip
    v = version(done["edits"][-1])
    assert run_cli("closeout", "accept", CODE, "--based-on", v, "--role", "agency").code == 7
    v = version(gisreg("accept", CODE, "--based-on", v, "--role", "upper"))
    assert run_cli("closeout", "accept", CODE, "--based-on", v).code == 5
    month = gisreg("results", "--month", str(today()))
    printed = run_cli("closeout", "results", "--month", str(today())).out
    assert all(column in printed for column in ("收益", "社会效益", "入库", "可用财力", "数量", "典型案例"))
    assert (month["projects"], month["closed"], month["sums_wan"]["disposable_wan"]) == (1, 1, 12.5)
    rates = gisreg("done", "--since", str(today()), "--until", str(today()), "--task", "idle_land=0.01")["items"]
    assert next(one for one in rates if one["kind"] == "idle_land")["rate_printed"] == "30.00%"
    moved = gisreg("flow", "--since", str(today() - timedelta(days=1)), "--until", str(today()), "--by", "kind")
    assert moved["county"]["reconciles"] is True
    assert (moved["county"]["new"]["parcels"], moved["county"]["revived"]["parcels"]) == (2, 1)
    assert gisreg("watch") == {"as_of": str(today()), "idle_again": [], "to_find_out": [], "marked": 0}
    assert gisreg("show", CODE)["state"] == "closed"
    relapse = ("relapse", CODE, "--based-on", v, "--reason", "复查闲置", "--on")
    early = run_cli("--lang", "en", "closeout", *relapse, "2026-02-01")
    assert (early.code, early.err.count("\n"), "is before" in early.err) == (3, 1, True)
    assert run_cli("closeout", *relapse, "2190-01-01").code == 3
    assert gisreg(*relapse, str(today()))["operation"] == "relapse"
    assert f"认定二次闲置:{today()}(复查闲置)\n" in run_cli("closeout", "show", CODE).out


def test_an_investigation_is_shown_and_only_what_can_come_next_is_offered(gisreg, run_cli) -> None:
    assert gisreg("show", CODE)["possible"] == ["investigate", "remove"]
    gisreg("investigate", CODE, "--based-on", 1, "--on", "2026-01-05")
    assert gisreg("show", CODE)["possible"] == ["determine", "clear", "remove"]
    assert "调查:2026-01-05 送达通知书;尚无结论\n" in run_cli("closeout", "show", CODE).out
    assert run_cli("parcels", "undo", CODE, "--version", 2).code == 0
    assert gisreg("show", CODE)["possible"] == ["investigate", "remove"]
    said = run_cli("--lang", "en", "closeout", "show", CODE).out
    assert f"investigation: notice served 2026-01-05; Investigation taken back {today()}" in said


def test_what_people_see(gisreg, run_cli) -> None:
    gisreg("plan", OTHER, "--based-on", 1, "--label", "use", "--measure", "order_start", "--reason", "会议")
    shown = run_cli("closeout", "show", OTHER).out
    assert "已定方案" in shown
    assert "construction_permit" in shown
    held = run_cli("closeout", "hold", OTHER, "--based-on", 2, "--reason", "待查")
    assert held.out == f"{OTHER} 暂缓:暂缓(第 3 版)\n"
    for arguments in (
        ["due"], ["left"], ["left", "--by", "kind"], ["watch"], ["proofs"], ["results", "--month", "2026-03-01"],
        ["done", "--since", "2026-01-01", "--until", "2026-12-31"],
        ["flow", "--since", "2026-01-01", "--until", str(today()), "--measure", "not_closed"],
    ):  # fmt: skip
        for language in ("zh", "en"):
            done = run_cli("--lang", language, "closeout", *arguments)
            assert (done.code, done.err) == (0, ""), arguments
            assert done.out


def test_a_flow_is_headed_by_what_its_figure_falls_by(run_cli, county) -> None:
    span = ("closeout", "flow", "--since", str(today() - timedelta(days=1)), "--until", str(today()))
    for language, heads in (("zh", ("盘活", "销号")), ("en", ("revived", "closed out"))):
        for measure, head in zip(("left", "not_closed"), heads, strict=True):
            shown = run_cli("--lang", language, *span, "--measure", measure).out
            assert [one in shown for one in heads] == [one == head for one in heads], (language, measure)


def test_a_day_s_figures_are_asked_for_by_its_date(gisreg, run_cli) -> None:
    assert gisreg("left", "--as-of", str(today()))["county"] == gisreg("left")["county"]
    before = gisreg("left", "--as-of", "2026-01-01")
    assert (before["as_of"], before["county"]["parcels"]["registered"]) == ("2026-01-01", 0)
    refused = run_cli("closeout", "left", "--as-of", "2190-01-01")
    assert (refused.code, refused.err.count("\n")) == (3, 1)


def test_the_number_that_is_to_be_filled_in_is_listed(gisreg, run_cli, engine) -> None:
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(text("UPDATE parcel SET kind = 'unsupplied_land' WHERE parcel_code = :c"), {"c": OTHER})
    gisreg("plan", OTHER, "--based-on", 2, "--label", "sell", "--measure", "grant_supply", "--reason", "会议")
    assert "supervision_no(电子监管号,待填)" in run_cli("closeout", "show", OTHER).out
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(text("UPDATE parcel SET supervision_no = 'D1' WHERE parcel_code = :c"), {"c": OTHER})
    assert "supervision_no(电子监管号)" in run_cli("closeout", "show", OTHER).out


def test_what_was_taken_back_and_what_is_still_held_is_shown(gisreg, run_cli, engine) -> None:
    with transaction(engine, Actor("li", "test")) as connection:
        held = "kind = 'idle_factory', energy_quota_tce = 71.4, water_quota_t = 90"
        connection.execute(text(f"UPDATE parcel SET {held} WHERE parcel_code = :c"), {"c": OTHER})
    gisreg("plan", OTHER, "--based-on", 2, "--label", "sell", "--measure", "reclaim_quotas", "--reason", "自愿退出")
    gisreg("start", OTHER, "--based-on", 3)
    part = ("--proof", "quota_decision=5", "--set", "energy_tce=40")
    refused = run_cli("closeout", "submit", OTHER, "--based-on", 4, *part)
    assert refused.code == 5
    assert "能耗指标 31.4 tce、用水指标 90 t" in refused.err
    assert gisreg("reclaim", OTHER, "--based-on", 4, *part)["close_out"]["energy_tce"] == 40
    shown = run_cli("closeout", "show", OTHER).out
    assert "能耗指标:已收回 40 tce,仍有 31.4 tce" in shown
    assert "用水指标:已收回 0 t,仍有 90 t" in shown
    assert "部分收回" in shown
    assert "部分收回" not in run_cli("--lang", "en", "closeout", "show", OTHER).out
    month = run_cli("closeout", "results", "--month", str(today())).out
    assert "部分收回" in month
    assert "盘活 0 个" in month


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["start", OTHER, "--based-on", "1"], 5, "不能启动处置"),
        (["start", OTHER, "--based-on", "7"], 4, "第 7 版"),
        (["start", "149901-0000099", "--based-on", "1"], 4, "149901-0000099"),
        (["hold", OTHER, "--based-on", "1"], 2, "--reason"),
        (["hold", OTHER, "--based-on", "1", "--reason", " "], 3, "需要理由"),
        (["plan", OTHER, "--based-on", "1"], 5, "没有可采用的处置建议"),
        (["plan", OTHER, "--based-on", "1", "--label", "use"], 3, "measure"),
        (["submit", OTHER, "--based-on", "1", "--proof", "lease"], 3, "KIND=DOCUMENT"),
        (["submit", OTHER, "--based-on", "1", "--proof", "lease="], 3, "KIND=FILE"),
        (["submit", OTHER, "--based-on", "1", "--proof", "lease=٣"], 4, "٣"),
        (["submit", OTHER, "--based-on", "1", "--proof", "lease=" + "9" * 19], 3, "DOCUMENT | FILE"),
        (["submit", OTHER, "--based-on", "1", "--set", "income_wan=-1"], 3, "income_wan"),
        (["submit", OTHER, "--based-on", "1", "--on", "2026-02-30"], 3, "2026-02-30"),
        (["flow", "--since", "2026-02-01", "--until", "2026-01-01"], 3, "不早于"),
        (["flow", "--since", "2026-01-01", "--until", "2026-02-01", "--by", "moon"], 3, "township"),
        (["done", "--since", "2026-01-01", "--until", "2026-02-01", "--task", "idle_land=x"], 3, "KIND"),
        (
            ["plan", OTHER, "--based-on", "1", "--label", "use", "--measure", "swap", "--reason", "a", "--step", "@"],
            3,
            "WHAT",
        ),
    ],
)
def test_what_is_wrong_is_one_line(run_cli, county, arguments, code, said) -> None:
    done = run_cli("closeout", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done.err
    assert said in done.err
