"""Ledgers from their files into the database."""

import hashlib
from datetime import date

import pytest
from intake_surveys import adds_up, one, squares, survey
from ledger_books import old_workbook, told, workbook
from sqlalchemy import text

from gisreg.batches.sources import source_of
from gisreg.intake.importing import import_file
from gisreg.intake.ledger.faults import JoinKeyMissing, JoinKeyUnknown
from gisreg.intake.load import Wanted

HEAD = ["编号", "项目名称", "乡镇", "土地面积(亩)", "土地价款(万元)", "约定动工日期", "备注"]


@pytest.fixture
def ledger(settings, database, county):
    """Import a ledger into the county."""

    def run(path, kind="idle_land", join=None, **wanted):
        return import_file(settings, database.app_url, Wanted(path, kind, **wanted), join)

    return run


def parcels(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT * FROM parcel ORDER BY parcel_code")).mappings().all()


def test_rows_update_the_parcels_that_they_join_and_the_others_become_parcels_without_a_boundary(
    load, ledger, county, tmp_path
):
    load(survey(tmp_path / "a.gpkg", squares(2), BSM=["K1", "K2"], MC=["甲", "乙"], BZ=["原", "原"]))
    path = workbook(tmp_path / "台账.xlsx", [
        HEAD,
        ["K1", "甲地块", "示例东镇", 2.4, 100.5, date(2024, 6, 30), None],
        ["K9", "新地块", "示例西镇", 15, None, "2024年6月1日", "新增"],
    ])  # fmt: skip
    report = ledger(path)
    assert (report.read, report.loaded, report.refused, report.unchanged) == (2, 2, 0, 0)
    assert adds_up(report)
    first, second, new = parcels(county)
    assert (first["version"], first["name"], first["remark"], first["price_wan"]) == (2, "甲地块", "原", 100.5)
    assert first["official_area_m2"] == pytest.approx(1600)
    assert (first["official_area_source"], str(first["agreed_start_on"])) == ("ledger", "2024-06-30")
    assert first["boundary"] is not None
    assert first["recorded_from"] == f"import:{report.batch}"
    assert second["version"] == 1
    assert (new["parcel_code"], new["boundary"], new["township_code"]) == ("149901-0000003", None, "149901100")
    assert (new["official_area_m2"], new["source_code"], new["state"]) == (pytest.approx(10000), "K9", "suspected")
    assert one(county, "SELECT name FROM parcel_version") == "甲"
    assert told(report, "ledger_joined") == ["按原编号关联:1 行对应已有宗地,1 行为新宗地(未上图)"]
    assert one(county, "SELECT count(*) FROM parcel_current WHERE boundary IS NULL") == 1


def test_an_address_that_contradicts_the_boundary_is_told_as_an_address(load, ledger, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(1), BSM=["K1"]))
    rows = [["编号", "坐落", "土地面积(亩)"], ["K1", "示例县示例东镇", 2.4], ["K2", "示例县示例西镇", 2.4]]
    report = ledger(workbook(tmp_path / "a.xlsx", rows))
    assert told(report, "ledger_address_differs") == []
    rows[1][1] = "示例县示例西镇"
    report = ledger(workbook(tmp_path / "b.xlsx", rows))
    assert told(report, "ledger_address_differs") == ["坐落写在乡镇 149901100,界址在 149901101,仍归后者"]


def test_the_county_s_own_code_names_no_township(ledger, county, tmp_path):
    rows = [["编号", "XZQDM", "坐落"], ["K1", "149901", "示例县示例西镇"], ["K2", "149901101", "示例县示例西镇"]]
    report = ledger(workbook(tmp_path / "a.xlsx", rows))
    assert told(report, "township_unknown") == []
    assert [one["township_code"] for one in parcels(county)] == ["149901100", "149901101"]


def test_the_same_ledger_again_changes_nothing_and_a_dry_run_neither(ledger, county, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [HEAD, ["K1", "甲", "示例东镇", 2.4, 1, None, None], [None, "无编号", "示例东镇", 1, 1, None, None]],
    )
    tried = ledger(path, dry_run=True)
    assert (tried.loaded, tried.batch, one(county, "SELECT count(*) FROM parcel")) == (2, None, 0)
    done = ledger(path)
    assert [problem.as_json() for problem in tried.problems] == [problem.as_json() for problem in done.problems]
    again = ledger(path)
    assert (again.read, again.unchanged, again.again_of) == (2, 2, done.batch)
    assert one(county, "SELECT max(version) FROM parcel") == 1
    assert told(done, "ledger_without_keys") == ["1 行没有任何关联键,内容改动后再导入会成为另一宗"]


def test_a_survey_gives_the_boundary_later(load, ledger, county, tmp_path):
    ledger(workbook(tmp_path / "a.xlsx", [HEAD, ["K1", "甲", "示例东镇", 2.4, 1, None, "台账"]]))
    report = load(survey(tmp_path / "a.gpkg", squares(1), BSM=["K1"]))
    assert (report.loaded, report.refused) == (1, 0)
    (parcel,) = parcels(county)
    assert (parcel["version"], parcel["remark"], parcel["boundary"] is not None) == (2, "台账", True)


@pytest.mark.parametrize(
    ("column", "header", "value"),
    [
        ("cadastral_code", "宗地代码", "149901001002GB00015"),
        ("real_estate_unit_code", "不动产单元号", "149901001002GB00015W00000000"),
        ("supervision_no", "电子监管号", "1499012024B00012"),
        ("contract_no", "合同编号", "示合〔2024〕3号"),
        ("approval_no", "批准文号", "示政地〔2024〕12号"),
        ("project_code", "项目代码", "2024-149901-01"),
        ("source_code", "编号", "K1"),
    ],
)  # fmt: skip
def test_every_key_joins(load, ledger, county, tmp_path, column, header, value):  # noqa: PLR0917 - fixtures and the case
    load(survey(tmp_path / "a.gpkg", squares(2), **{column: [value, None]}))
    written = value.replace("〔", "[").replace("〕", "]") if column in ("contract_no", "approval_no") else f" {value} "
    report = ledger(workbook(tmp_path / "a.xlsx", [[header, "名称"], [written, "甲"]]), join=column)
    assert (report.loaded, one(county, "SELECT name FROM parcel WHERE version = 2")) == (1, "甲")


def test_the_registrys_own_number_joins_whatever_its_column_is_called(load, ledger, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(2)))
    path = workbook(
        tmp_path / "a.xlsx",
        [["系统号", "名称"], ["149901-0000002", "乙"], ["149901-0000077", "丙"], ["149901-0000002", "丁"]],
    )
    report = ledger(path)
    assert (report.read, report.loaded, report.refused) == (3, 1, 2)
    assert [(p.row, p.fault) for p in report.problems if p.grade == "refused"] == [
        (3, "ledger_parcel_unknown"),
        (4, "ledger_repeated"),
    ]
    assert one(county, "SELECT name FROM parcel WHERE parcel_code = '149901-0000002'") == "乙"


def test_a_key_that_fits_several_parcels_is_refused_with_their_numbers(load, ledger, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(3), BSM=["K1", "K2", "K3"], PZWH=["示政地〔2024〕12号"] * 3))
    report = ledger(workbook(tmp_path / "a.xlsx", [["批准文号", "备注"], ["示政地〔2024〕12号", "x"]]))
    assert (report.refused, report.loaded) == (1, 0)
    (problem,) = [p for p in report.problems if p.fault == "ledger_ambiguous"]
    assert "149901-0000001、149901-0000002、149901-0000003" in problem.what.zh
    both = ledger(workbook(tmp_path / "b.xlsx", [["批准文号", "编号", "备注"], ["示政地〔2024〕12号", "K2", "x"]]))
    assert (both.loaded, one(county, "SELECT parcel_code FROM parcel WHERE remark = 'x'")) == (1, "149901-0000002")


def test_keys_that_disagree_are_refused(load, ledger, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(2), BSM=["K1", "K2"], ZDDM=["149901001002GB00015", "149901001002GB00016"]))
    report = ledger(workbook(tmp_path / "a.xlsx", [["编号", "宗地代码", "备注"], ["K1", "149901001002GB00016", "x"]]))
    assert [p.fault for p in report.problems if p.grade == "refused"] == ["ledger_keys_disagree"]


def test_join_names_one_key(load, ledger, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(2), BSM=["K1", "K2"], ZDDM=["149901001002GB00015", "149901001002GB00016"]))
    path = workbook(tmp_path / "a.xlsx", [["编号", "宗地代码", "备注"], ["K1", "149901001002GB00016", "x"]])
    report = ledger(path, join="cadastral_code")
    assert (report.loaded, told(report, "ledger_source_code_kept")) == (
        1,
        ["台账编号 K1 与库中原编号 K2 不同,保留后者"],
    )
    with pytest.raises(JoinKeyMissing, match="contract_no"):
        ledger(path, join="contract_no")
    with pytest.raises(JoinKeyUnknown):
        ledger(path, join="name")


def test_rows_that_say_nothing_of_which_parcel_they_are(ledger, tmp_path):
    report = ledger(
        workbook(
            tmp_path / "a.xlsx",
            [HEAD, [None, None, "示例东镇", 3, 4, None, "x"], ["K1", "甲", "某镇", "abc", 4, "2024-06-31", "x"]],
        )
    )
    assert (report.refused, report.loaded, report.warned) == (1, 1, 1)
    assert sorted(p.fault for p in report.problems if p.row == 3) == ["bad_value", "bad_value", "township_unknown"]
    assert adds_up(report)


def test_an_xls_with_merged_header_and_csv_in_gbk_say_the_same(ledger, county, tmp_path):
    rows = [
        ["示例县闲置土地台账", None, None, None, None],
        ["单位:亩、万元", None, None, None, None],
        ["编号", "面积", None, "土地价款", "约定动工日期"],
        [None, "批准面积", "已供面积(公顷)", None, None],
        ["K1", 42, 1.5, 100, date(2024, 6, 30)],
        ["合计", 43, 1.5, 100, None],
    ]
    merges = [(0, 0, 0, 4), (2, 3, 0, 0), (2, 2, 1, 2), (2, 3, 3, 3), (2, 3, 4, 4)]
    report = ledger(old_workbook(tmp_path / "a.xls", rows, merges))
    (parcel,) = parcels(county)
    assert (parcel["official_area_m2"], parcel["supplied_area_m2"]) == (pytest.approx(28000), pytest.approx(15000))
    assert (parcel["price_wan"], str(parcel["agreed_start_on"])) == (100, "2024-06-30")
    assert told(report, "ledger_total_differs") == ["“合计”所列面积/批准面积为 43,各行之和为 42"]
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    (tmp_path / "b.csv").write_text("\n".join(lines), encoding="gbk")
    again = ledger(tmp_path / "b.csv")
    assert (again.read, again.unchanged, again.encoding) == (1, 1, "GB18030")


def test_a_preview_tells_new_changed_same_and_missing(load, ledger, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(3), BSM=["K1", "K2", "K3"], MC=["甲", "乙", "丙"]))
    rows = [["编号", "名称", "土地价款(万元)"], ["K1", "甲", None], ["K2", "改", 5], ["K9", "新", 1]]
    diff = ledger(workbook(tmp_path / "a.xlsx", rows), dry_run=True, compare=True).diff
    assert (diff["new"]["count"], diff["changed"]["count"], diff["same"], diff["missing"]["count"]) == (1, 1, 1, 1)
    assert diff["changed"]["listed"][0]["fields"] == [
        {"field": "name", "before": "乙", "after": "改"}, {"field": "price_wan", "before": None, "after": 5},
    ]  # fmt: skip
    assert diff["missing"]["listed"][0]["id"] == "K3"


def test_some_rows_only(ledger, county, tmp_path):
    rows = [["编号", "名称"], ["K1", "甲"], ["K1", "乙"], ["K3", "丙"]]
    report = ledger(workbook(tmp_path / "a.xlsx", rows), rows="{[3,4]}")
    assert (report.read, report.loaded, report.refused, report.left_out) == (2, 2, 0, 1)
    assert [(p.row, p.fault) for p in report.problems if p.grade == "refused"] == []
    assert one(county, "SELECT string_agg(name, ',' ORDER BY parcel_code) FROM parcel") == "乙,丙"


def test_a_batch_is_taken_back_and_its_file_is_kept(  # noqa: PLR0917 - fixtures
    load, ledger, run_cli, county, settings, tmp_path
):
    load(survey(tmp_path / "a.gpkg", squares(1), BSM=["K1"], MC=["甲"]))
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "改"], ["K9", "新"]])
    batch = ledger(path).batch
    fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
    assert [kept.read_bytes() for kept in source_of(settings.home, int(batch), fingerprint)] == [path.read_bytes()]
    undone = run_cli("batches", "undo", batch)
    assert undone.code == 0, undone.err
    with county.connect() as connection:
        rows = connection.execute(text("SELECT name, state FROM parcel ORDER BY parcel_code")).all()
    assert rows == [("甲", "suspected"), ("新", "removed")]


def test_the_commands(run_cli, county, tmp_path):
    path = workbook(
        tmp_path / "台账.xlsx",
        [HEAD, ["K1", "甲", "示例东镇", 2.4, 1, None, None], ["K2", "乙", "某镇", 1, 1, None, None]],
    )
    tried = run_cli("parcels", "import", path, "--kind", "idle_land", "--dry-run", "--join", "source_code")
    assert tried.code == 0, tried.err
    assert ("工作表 台账" in tried.out, "某镇" in tried.out) == (True, True)
    preview = run_cli("batches", "preview", path, "--kind", "idle_land")
    assert (preview.code, "2" in preview.out) == (0, True), preview.err
    assert one(county, "SELECT count(*) FROM parcel") == 0
    wrong = run_cli("parcels", "import", path, "--kind", "idle_land", "--join", "approval_no")
    assert (wrong.code, "批准文号" in wrong.err) == (4, True)
    (tmp_path / "a.geojson").write_text("{}")
    assert (
        run_cli("parcels", "import", tmp_path / "a.geojson", "--kind", "idle_land", "--join", "source_code").code == 3
    )
    assert run_cli("parcels", "import", tmp_path / "none.xlsx", "--kind", "idle_land").code == 4


def test_texts_that_would_end_a_copy_or_are_no_text(ledger, county, tmp_path):
    odd = "a\n\\.\nb,\"c\";\t'd' \\N _xD800__x0000_|\\"
    report = ledger(workbook(tmp_path / "a.xlsx", [["编号", "备注"], ["K1", odd], ["K2", "\\."], ["K3", "NULL"]]))
    assert report.loaded == 3
    with county.connect() as connection:
        remarks = connection.scalars(text("SELECT remark FROM parcel ORDER BY source_code")).all()
    assert remarks == ["a\n\\. \nb,\"c\";\t'd' \\N |\\", "\\. ", "NULL"]


def test_the_checks_of_every_import_look_at_ledgers_too(ledger, settings, county, tmp_path):
    rows = [
        ["编号", "宗地代码", "批准日期", "合同签订日期"], ["K1", "149901001002GB00015", "2024-06-01", "2024-05-01"],
        ["K2", "149901001002XX00015", "2024-05-01", "2024-06-01"], ["K3", None, "2024-05-01", "2024-06-01"],
    ]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", rows)
    report = ledger(path, dry_run=True)
    assert [(p.row, p.grade, p.fault) for p in report.problems if p.row] == [
        (2, "warned", "dates_out_of_order"), (3, "warned", "cadastral_code_invalid"),
    ]  # fmt: skip
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "checks.toml").write_text(
        '[grades]\ndates_out_of_order = "refused"\ncadastral_code_invalid = "off"\n'
    )
    strict = ledger(path)
    assert (strict.loaded, strict.refused) == (2, 1)
    assert [(p.row, p.grade, p.fault) for p in strict.problems if p.row] == [(2, "refused", "dates_out_of_order")]
    assert one(county, "SELECT count(*) FROM parcel") == 2
