# ruff: noqa: E501 - rows stay in one piece

"""Mappings proposed from names and values, corrected, saved, used again; codes of other schemes and years."""

import json

import pytest
from boundary_texts import HEAD, TWO, write
from intake_surveys import one, squares, survey
from ledger_books import workbook
from sqlalchemy import text

from gisreg.intake import crosswalks, mappings
from gisreg.intake.crosswalks import CountyChange, county_changes, land_use_crosswalk, todays_code
from gisreg.intake.errors import MappingInvalid
from gisreg.intake.importing import import_file
from gisreg.intake.ledger.source import open_ledger
from gisreg.intake.ledger.towns import locate
from gisreg.intake.load import Wanted
from gisreg.intake.mapping import default_mapping, load_mapping
from gisreg.intake.opening import open_source
from gisreg.intake.proposing import Surroundings, propose
from gisreg.vocab import Kind, code_list

AROUND = Surroundings("149901", {"149901100": "示例西镇", "149901101": "示例东镇"})
CODES = [f"149901001002GB0001{n}" for n in range(4)]


@pytest.fixture
def base(settings):
    return default_mapping(settings.data_dir)


@pytest.fixture
def bring_in(settings, database, county):
    def run(path, kind="idle_land", join=None, **wanted):
        return import_file(settings, database.app_url, Wanted(path, kind, **wanted), join)

    return run


def proposed(source, base, around=AROUND):
    return {found.column: found for found in propose(source, base, Kind.IDLE_LAND, around)}


def test_values_decide_whatever_the_name_says(tmp_path, base):
    head = ["编号", "甲栏", "乙栏", "丙栏", "丁栏", "戊栏", "己栏", "庚栏", "辛栏"]
    rows = [
        [
            CODES[n],
            f"示政地〔2024〕{n + 1}号",
            "示例东镇",
            ["0601", "0701", "0803", "0604"][n],
            f"示例{n}号公司",
            f"2024-06-0{n + 1}",
            "4401011990010100" + f"1{n}",
            n * 7,
            None,
        ]
        for n in range(4)
    ]
    found = proposed(open_ledger(workbook(tmp_path / "a.xlsx", [head, *rows])), base)
    assert {name: one.target for name, one in found.items()} == {
        "编号": "cadastral_code", "甲栏": "approval_no", "乙栏": "township_name", "丙栏": "land_use_code", "丁栏": "holder_name",
        "戊栏": None, "己栏": None, "庚栏": None, "辛栏": None,
    }  # fmt: skip
    assert found["编号"].sure > found["丁栏"].sure
    assert found["丙栏"].sets == {"land_use_scheme": "gb21010_2017"}
    assert ("日期" in found["戊栏"].why.zh, "身份证" in found["己栏"].why.zh, "空白" in found["辛栏"].why.zh) == (
        True,
        True,
        True,
    )
    assert found["编号"].samples == tuple(CODES[:3])


def test_two_columns_that_look_alike_are_not_both_taken(tmp_path, base):
    found = proposed(
        open_ledger(workbook(tmp_path / "a.xlsx", [["宗地代码", "旧代码"], *[[code, code] for code in CODES]])), base
    )
    assert [found["宗地代码"].target, found["旧代码"].target] == ["cadastral_code", None]


@pytest.mark.parametrize(("unit", "factor"), [("m2", 1.0), ("mu", 666.6666667), ("ha", 10000.0)])
def test_areas_are_held_against_the_shapes(tmp_path, base, unit, factor):
    shapes = [shape.buffer(n) for n, shape in enumerate(squares(5), 1)]
    areas = [round(shape.area / factor, 4) for shape in shapes]
    path = survey(tmp_path / "a.gpkg", shapes, BSM=list("abcde"), SHUZHI=areas)
    with open_source(path) as source:
        found = proposed(source, base)
    assert (found["SHUZHI"].target, found["SHUZHI"].unit, found["SHUZHI"].used) == ("official_area_m2", unit, True)
    with open_source(survey(tmp_path / "b.gpkg", shapes, MJ=areas)) as source:
        named = proposed(source, base)["MJ"]
    assert (named.target, named.unit) == ("official_area_m2", unit)
    assert "图形面积一致" in named.why.zh


@pytest.mark.parametrize(
    ("name", "target"),
    [("约定动工日", "agreed_start_on"), ("批准面积(\ufffd", "official_area_m2"), ("出让价款(", "price_wan"), ("约定动", "agreed_start_on"), ("不动产单元", "real_estate_unit_code"), ("约定", None), ("AGREED_STA", None)],
)  # fmt: skip
def test_names_that_a_dbf_has_cut_are_known(base, name, target):
    found = base.apply([name, "BSM"])
    assert {one.source: one.target for one in found.columns} == {"BSM": "source_code"} | (
        {name: target} if target else {}
    )


def test_a_whole_name_goes_before_one_that_was_cut(base):
    found = base.apply(["约定动工日", "约定动工日期"])
    assert ([one.source for one in found.columns], found.unmapped) == (["约定动工日期"], ("约定动工日",))


def test_the_office_that_made_a_file_is_not_the_holder(tmp_path, base):
    found = proposed(
        open_ledger(
            workbook(
                tmp_path / "a.xlsx",
                [
                    ["编号", "填报单位", "业主"],
                    ["1a", "示例县自然资源局", "示例一厂"],
                    ["2a", "示例县自然资源局", "示例二厂"],
                ],
            )
        ),
        base,
    )
    assert (found["填报单位"].target, found["业主"].target) == (None, "holder_name")


def test_an_import_reads_an_area_in_the_unit_that_the_shapes_tell(bring_in, county, tmp_path):
    shapes = [shape.buffer(n) for n, shape in enumerate(squares(5), 1)]
    areas = [round(shape.area / 10_000 * 15, 4) for shape in shapes]
    report = bring_in(survey(tmp_path / "a.gpkg", shapes, BSM=list("abcde"), MJ=areas, 证号=CODES[:1] * 5))
    told = {(p.fault, p.field) for p in report.problems if p.row == 0}
    assert told == {("column_guessed", "证号"), ("unit_guessed", "MJ")}
    assert one(county, "SELECT min(official_area_m2 / planar_area_m2) FROM parcel") == pytest.approx(1, abs=1e-3)
    assert one(county, "SELECT min(cadastral_code) FROM parcel") == CODES[0]


def test_shapes_outweigh_a_unit_in_a_name_that_is_not_known(bring_in, county, tmp_path):
    shapes = [shape.buffer(n) for n, shape in enumerate(squares(5), 1)]
    bring_in(survey(tmp_path / "a.gpkg", shapes, BSM=list("abcde"), AREA_HA=[shape.area for shape in shapes]))
    assert one(county, "SELECT min(official_area_m2 / planar_area_m2) FROM parcel") == pytest.approx(1, abs=1e-3)


def test_an_import_with_a_mapping_follows_it_alone(settings, bring_in, county, tmp_path):
    given = tmp_path / "m.toml"
    given.write_text('[columns.official_area_m2]\nfrom = ["MJ"]\nunit = "m2"\n', encoding="utf-8")
    shapes = squares(5)
    path = survey(tmp_path / "a.gpkg", shapes, BSM=list("abcde"), MJ=[2.4] * 5)
    bring_in(path, mapping=given)
    assert one(county, "SELECT max(official_area_m2) FROM parcel") == pytest.approx(2.4)


def test_a_name_that_its_values_contradict_is_not_followed(tmp_path, base):
    found = proposed(
        open_ledger(workbook(tmp_path / "a.xlsx", [["编号", "批准日期"], ["1a", "同上"], ["2a", "见附件"]])), base
    )
    assert (found["批准日期"].target, found["批准日期"].used) == ("approved_on", False)
    assert "0% 的值可用" in found["批准日期"].why.zh


def test_a_ledger_is_read_by_its_values_and_says_so(load, bring_in, county, tmp_path):
    load(survey(tmp_path / "a.gpkg", squares(2), ZDDM=CODES[:2]))
    report = bring_in(
        workbook(tmp_path / "a.xlsx", [["权证上的号", "位置"], [CODES[1], "示例东镇东村"], [CODES[2], "示例西镇西村"]])
    )
    assert report.loaded == 2
    assert report.mapped["cadastral_code"] == "权证上的号"
    assert [p.field for p in report.problems if p.fault == "column_guessed"] == ["权证上的号"]
    with county.connect() as connection:
        rows = connection.execute(text("SELECT address, township_code, version FROM parcel ORDER BY parcel_code")).all()
    assert rows == [(None, "149901101", 1), ("示例东镇东村", "149901101", 2), ("示例西镇西村", "149901100", 1)]


def test_saved_by_name_and_used_again(run_cli, settings, county, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["号", "数", "单位:", "备注"], ["K1", 42, "x", "y"], ["K2", 10, "x", "z"]])
    shown = run_cli("parcels", "mapping", path, "--kind", "idle_land", "--json")
    assert shown.code == 0, shown.err
    assert [column["target"] for column in json.loads(shown.out)["columns"]] == [None, None, None, "remark"]
    saved = run_cli(
        "parcels",
        "mapping",
        path,
        "--set",
        "号=source_code",
        "--set",
        "数=official_area_m2:mu",
        "--set",
        "备注=-",
        "--save",
        "镇里的表",
    )
    assert saved.code == 0, saved.err
    assert "镇里的表" in saved.out
    assert run_cli("parcels", "mappings").out.split() == ["镇里的表"]
    done = json.loads(run_cli("parcels", "import", path, "--kind", "idle_land", "--mapping", "镇里的表", "--json").out)
    assert (done["loaded"], done["mapped"]) == (2, {"source_code": "号", "official_area_m2": "数"})
    assert one(county, "SELECT official_area_m2 FROM parcel WHERE source_code = 'K1'") == pytest.approx(28000)
    assert one(county, "SELECT count(remark) FROM parcel") == 0
    wrong = run_cli("parcels", "import", path, "--kind", "idle_land", "--mapping", "没有的")
    assert (wrong.code, "镇里的表" in wrong.err) == (4, True)
    for bad in ("号=nothing", "没有=name", "数=official_area_m2:wan", "号"):
        assert run_cli("parcels", "mapping", path, "--set", bad).code == 3
    assert run_cli("parcels", "mapping", path, "--save", "../x").code == 3


def test_a_mapping_without_a_registry(cli_with, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["编号", "名称"], ["K1", "甲"]])
    shown = cli_with({"GISREG_HOME": str(tmp_path / "home")})("parcels", "mapping", path)
    assert shown.code == 0, shown.err
    assert "source_code" in shown.out


def test_every_saved_mapping_can_be_read_back(settings, base, tmp_path):
    head = ['引"号\\', "面积(亩)", "第三\t列", "地类"]
    source = open_ledger(workbook(tmp_path / "a.xlsx", [head, *[[code, 42, "x", "1001"] for code in CODES]]))
    proposals = propose(source, base, Kind.IDLE_LAND)
    path = mappings.save(settings, "一", proposals, "文件\n名")
    mapped = load_mapping(path, base).apply(source.fields, Kind.IDLE_LAND, source.hints)
    assert {column.target: column.source for column in mapped.columns}["cadastral_code"] == source.fields[0]
    assert mappings.find(settings, "一") == path


# -- schemes and years


def test_land_use_is_brought_to_the_other_scheme_where_classes_are_the_same(bring_in, county, tmp_path):
    mapping = tmp_path / "m.toml"
    mapping.write_text('[columns.land_use_code]\nto = "ydyh_2023"\n', encoding="utf-8")
    path = survey(tmp_path / "a.gpkg", squares(4), BSM=list("abcd"), DLBM=["0601", "0601", "0604", "0701"])
    report = bring_in(path, mapping=mapping)
    with county.connect() as connection:
        rows = connection.execute(text("SELECT land_use_code, land_use_scheme FROM parcel ORDER BY source_code")).all()
    assert rows == [*[("1001", "ydyh_2023")] * 2, (None, None), ("0701", "ydyh_2023")]
    assert [(p.row, p.fault) for p in report.problems if p.field == "DLBM"] == [(3, "bad_value")]
    told = [(one["said"], one["stored"], one["rows"]) for one in report.translations]
    assert told == [("0601", "1001", 2), ("0701", "0701", 1)]  # the same digits of another scheme are told too
    ledger = bring_in(
        workbook(tmp_path / "b.xlsx", [["编号", "地类编码"], ["a", "1001"]]), mapping=mapping, kind="idle_factory"
    )
    assert [(one["said"], one["stored"]) for one in ledger.translations] == [("1001", "1201")]


def test_words_that_are_translated_stand_in_the_report(bring_in, tmp_path):
    report = bring_in(
        workbook(
            tmp_path / "a.xlsx",
            [["编号", "规划用途", "乡镇"], ["a", "工业用地", "示例东"], ["b", "工业用地", "示例东镇"]],
        )
    )
    assert [(one["target"], one["said"], one["stored"], one["rows"]) for one in report.translations] == [
        ("sector", "工业用地", "industry", 2), ("township_code", "示例东", "149901101", 1),
    ]  # fmt: skip


def test_the_crosswalk_of_land_use_is_one_to_one_and_of_known_codes():
    there, back = land_use_crosswalk("gb21010_2017", "ydyh_2023"), land_use_crosswalk("ydyh_2023", "gb21010_2017")
    assert {new: old for old, new in there.items()} == back
    known = {
        scheme: {code.code for code in code_list("land_use") if code.scheme == scheme}
        for scheme in ("gb21010_2017", "ydyh_2023")
    }
    assert set(there) <= known["gb21010_2017"]
    assert set(back) <= known["ydyh_2023"]
    assert (there["0601"], back["0601"]) == ("1001", "1006")
    assert land_use_crosswalk("ydyh_2023", "ydyh_2023") == {}


def test_county_codes_of_1999():
    changes = county_changes()
    assert (changes["152728"].code, changes["152728"].change) == ("150627", "renumbered")
    assert todays_code("152728103") == ("150627103", changes["152728"])
    assert todays_code("140427") is None
    assert len({change.code for change in changes.values()}) == len(changes)
    assert all(change.code[:2] == old[:2] and change.code != old for old, change in changes.items())


def test_a_township_code_of_1999_is_found_today_and_the_translation_told():
    found = locate({"150627103": "示例镇"}, [1, 2], ["152728103", "152728104"], [None, None], field="乡镇代码")
    assert found.codes == ["150627103", None]
    assert [note.fault for note in found.notes] == ["township_unknown", "ledger_translated"]
    assert "1999 年县代码 152728" in found.notes[1].what.zh


@pytest.fixture
def renumbered(monkeypatch):
    change = CountyChange("149801", "示例旧县", "149901", "示例县", "renumbered")
    monkeypatch.setattr(crosswalks, "county_changes", lambda: {"149801": change})


@pytest.mark.parametrize("suffix", ["gpkg", "xlsx"])
def test_places_of_1999_are_brought_to_todays_codes_and_each_is_told(renumbered, bring_in, county, tmp_path, suffix):
    towns, villages = ["149801100", "149901100", "149801100"], ["149801100201", "149901100202", "150801100201"]
    if suffix == "gpkg":
        path = survey(tmp_path / "a.gpkg", squares(3, west=-600), BSM=["a", "b", "c"], XZQDM=towns, 村代码=villages)
    else:
        head = ["编号", "乡镇代码", "村代码"]
        path = workbook(tmp_path / "a.xlsx", [head, *zip(["a", "b", "c"], towns, villages, strict=True)])
    report = bring_in(path)
    with county.connect() as connection:
        rows = connection.execute(text("SELECT township_code, village_code FROM parcel ORDER BY source_code")).all()
    assert rows == [("149901100", "149901100201"), ("149901100", "149901100202"), ("149901100", "150801100201")]
    told = {(one["target"], one["said"], one["stored"], one["rows"]) for one in report.translations}
    assert told == {("township_code", "149801100", "149901100", 2), ("village_code", "149801100201", "149901100201", 1)}
    assert all("149801" in one["why"] for one in report.translations)
    assert not [p for p in report.problems if p.fault.startswith("township")]


def test_a_saved_mapping_keeps_scheme_values_and_defaults(settings, base, tmp_path):
    given = tmp_path / "m.toml"
    given.write_text(
        '[defaults]\nholder_class = "state"\n[booleans]\nyes = ["属实"]\n[columns.land_use_code]\nto = "ydyh_2023"\n'
        '[columns.sector.values]\n"加工" = "industry"\n',
        encoding="utf-8",
    )
    chosen = load_mapping(given, base)
    rows = [["a", "0601", "加工", "1001"], ["b", "0601", "加工", "1001"]]
    source = open_ledger(workbook(tmp_path / "a.xlsx", [["编号", "DLBM", "规划用途", "YDYHDM"], *rows]))
    path = mappings.save(settings, "译", propose(source, chosen, Kind.IDLE_LAND), "a.xlsx", chosen)
    again = load_mapping(path, base)
    assert again.schemes == {"land_use_code": "ydyh_2023"}
    assert again.defaults == chosen.defaults
    assert "属实" in again.yes
    assert again.values["sector"]["加工"] == "industry"
    assert (
        again.apply(source.fields, Kind.IDLE_LAND).translated == chosen.apply(source.fields, Kind.IDLE_LAND).translated
    )
    assert "工业用地" not in path.read_text(encoding="utf-8")  # the usual words are not written down again


def test_a_scheme_set_by_hand_is_kept(settings, base, tmp_path):
    source = open_ledger(workbook(tmp_path / "a.xlsx", [["编号", "类"], ["a", "0601"]]))
    proposals = mappings.assign(propose(source, base, Kind.IDLE_LAND), ["类=land_use_code:ydyh_2023"])
    mapped = load_mapping(mappings.save(settings, "译", proposals, "a.xlsx", base), base).apply(source.fields)
    assert mapped.translated
    assert mapped.defaults["land_use_scheme"] == "ydyh_2023"


def test_a_name_that_tells_the_scheme_is_saved_with_it(settings, base, tmp_path):
    source = open_ledger(workbook(tmp_path / "a.xlsx", [["编号", "YDYHDM"], ["a", "1001"]]))
    path = mappings.save(settings, "译", propose(source, base, Kind.IDLE_LAND), "a.xlsx", base)
    assert load_mapping(path, base).apply(source.fields).defaults["land_use_scheme"] == "ydyh_2023"


@pytest.mark.parametrize(
    "content", ['ignore = "x"', "ignore = [1]", '[columns.name]\nto = "ydyh_2023"', '[columns.land_use_code]\nto = "x"']
)
def test_mappings_that_make_no_sense(tmp_path, content):
    (tmp_path / "m.toml").write_text(content, encoding="utf-8")
    with pytest.raises(MappingInvalid):
        load_mapping(tmp_path / "m.toml")


@pytest.mark.parametrize(
    ("asked", "yields"), [("", True), ("--set", False), ("--mapping", False)], ids=["proposed", "by hand", "named"]
)
def test_a_surveys_area_counts_as_it_did_before_the_mapping_was_saved(settings, base, tmp_path, asked, yields):
    """What we took for the official area by ourselves only fills gaps; what people name means it."""
    named = tmp_path / "named.toml"
    named.write_text('[columns.official_area_m2]\nfrom = ["地块面积(平方米)"]\n', encoding="utf-8")
    before = load_mapping(named, base) if asked == "--mapping" else base
    with open_source(write(tmp_path / "a.txt", HEAD + TWO)) as source:
        proposals = propose(source, before, Kind.IDLE_LAND)
        if asked == "--set":
            proposals = mappings.assign(proposals, ["地块面积(平方米)=official_area_m2"])
        after = load_mapping(mappings.save(settings, "界址", proposals, "a.txt", before), base)
        was, now = (
            next(
                one
                for one in mapping.apply(source.fields, measured=source.measured).columns
                if one.target == "official_area_m2"
            )
            for mapping in (before, after)
        )
    assert now.yields is yields
    assert asked == "--set" or now == was


@pytest.mark.parametrize(
    ("written", "target"),
    [("能耗指标(吨标准煤)", "energy_quota_tce"), ("能耗指标(tce)", "energy_quota_tce"), ("用水指标(吨)", "water_quota_t"), ("用水指标(t)", "water_quota_t"), ("连续有收益年数(年)", "income_years"), ("年收益(万元/年)", "yearly_income_wan"), ("年收益(万元)", "yearly_income_wan")],
)  # fmt: skip
@pytest.mark.parametrize("brackets", ["()", "\uff08\uff09", "[]"])
def test_a_title_with_the_registrys_own_unit_is_known(tmp_path, base, written, target, brackets):
    name = written.translate(str.maketrans("()", brackets))
    assert [(one.source, one.target, one.factor) for one in base.apply([name]).columns] == [(name, target, 1.0)]
    rows = [["单位:元"], ["编号", name], ["A1", 3], ["A2", 4]]
    ledger = open_ledger(workbook(tmp_path / "a.xlsx", rows))
    found = {one.source: (one.target, one.factor) for one in base.apply(ledger.fields, hints=ledger.hints).columns}
    assert found == {"编号": ("source_code", 1.0), name: (target, 1.0)}


def test_a_title_with_the_unit_of_something_else_is_not_taken(base):
    assert base.apply(["能耗指标(吨)", "用水指标(吨标准煤)", "连续有收益年数(月)"]).columns == ()
