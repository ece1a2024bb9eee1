"""The decision table for lawyers: every rule in words, in the cascade's order; as a page and as a workbook."""

import re
from pathlib import Path

import openpyxl
import pytest

from gisreg.planning.ruleset import NATIONAL, load_ruleset, read_ruleset
from gisreg.planning.sources import citations, load_sources
from gisreg.planning.table import decision_table
from gisreg.planning.table_files import TableFormatUnknown, write_table, writer_of
from gisreg.vocab import Kind

LAND = 1
CONDITION, LABEL, MEASURE, BASIS, STEPS, GATES, WHY_NOT = 1, 2, 3, 5, 8, 11, 12


def rows(kind: int, language: str = "zh") -> dict[str, tuple[str, ...]]:
    """The rows of a kind by their measure."""
    sheet = decision_table(load_ruleset(), language).sheets[kind]  # type: ignore[arg-type] # a language
    return {row[MEASURE]: row for row in sheet.rows}


def test_every_rule_stands_once_in_the_cascades_order() -> None:
    table = decision_table(load_ruleset())
    assert [sheet.title for sheet in table.sheets[:4]] == [kind.zh for kind in Kind]
    assert sum(len(sheet.rows) for sheet in table.sheets[:4]) == len(load_ruleset().rules.rules)
    for sheet in table.sheets[:4]:
        labels = list(sheet.labels[:-1])
        assert labels == sorted(labels, key=["use", "sell", "lease", "finance"].index)
        assert all(len(row) == len(sheet.headings) for row in sheet.rows)


def test_conditions_are_told_in_words() -> None:
    land = rows(LAND)
    assert land["无偿收回"][CONDITION] == (
        "闲置原因 为 企业原因;且 (已动工:否 或 已动工:不明);且 逾期未动工满年数 不低于 2 年〔未动工满几年可无偿收回〕"
    )
    assert land["专项债券收购"][CONDITION].startswith(
        "合同签订日期 不晚于 2024-11-07〔专项债收购:供地截止日〕;且 (已动工:否 或 已动工:不明)"
    )
    assert "第十四条第(二)项" in land["无偿收回"][BASIS]
    assert "三十日内注销登记" in land["无偿收回"][STEPS]
    assert "未履行听证程序" in land["无偿收回"][GATES]
    assert "供地晚于截止日" in land["专项债券收购"][WHY_NOT]


def test_no_word_of_code_is_left() -> None:
    table = decision_table(load_ruleset())
    words = " ".join(row[column] for sheet in table.sheets[:4] for row in sheet.rows for column in (CONDITION, WHY_NOT))
    assert re.findall("[a-z]+_[a-z_]+|AND|OR|NULL|param", words) == []


def test_in_english_no_chinese_is_left_but_the_names_of_sources() -> None:
    table = decision_table(load_ruleset(), "en")
    chinese = re.compile("[\u4e00-\u9fff]")
    for sheet in table.sheets[:6]:
        assert [cell for row in sheet.rows for cell in row if chinese.search(cell)] == []


def test_parameters_say_who_uses_them_and_whether_they_are_confirmed() -> None:
    parameters = {row[0]: row for row in decision_table(load_ruleset()).sheets[6].rows}
    assert parameters["fee_share"][2] == "20%"
    assert parameters["vacant_months"][4] == "待核"
    assert "idle_free_reclaim" in parameters["reclaim_years"][5]


def test_other_shapes_of_conditions() -> None:
    shapes = {
        "NOT seized AND (price_wan BETWEEN 1 AND 2 OR price_wan * 2 > paid_wan + 1)":
            "司法查封:否;且 (土地价款 1 万元 至 2 万元 或 土地价款 × 2 大于 已缴价款 + 1)",
        "NOT (seized AND mortgaged)": "并非(司法查封:是;且 已抵押:是)",
        "seized IS NOT NULL": "司法查封:已知",
        "approved_on > DATE('2024-01-01')": "批准日期 晚于 2024-01-01",
        "seized <> true": "司法查封:否",
        "name LIKE '甲%'": "like(名称, 甲%)",
    }  # fmt: skip
    text = NATIONAL.read_text(encoding="utf-8")
    for condition, words in shapes.items():
        own = read_ruleset(text.replace('when = "supply_ready AND tenant_found"', f'when = "{condition}"', 1))
        assert decision_table(own).sheets[0].rows[4][CONDITION] == words


def test_the_page_and_the_workbook_hold_the_same(tmp_path: Path) -> None:
    table = decision_table(load_ruleset())
    write_table(table, tmp_path / "t.html")
    write_table(table, tmp_path / "t.xlsx")
    page = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http" not in page
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == [sheet.title for sheet in table.sheets]
    for sheet in table.sheets:
        found = [tuple(cell or "" for cell in row) for row in book[sheet.title].iter_rows(min_row=3, values_only=True)]
        assert found == [sheet.headings, *sheet.rows]
        assert sheet.rows[0][0] in page
    assert book.worksheets[0].freeze_panes == "C4"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.html", "t.xlsx"]


def test_words_that_look_like_a_formula_or_markup_stay_words(tmp_path: Path) -> None:
    own = NATIONAL.read_text(encoding="utf-8").replace(
        "具备供地条件且有受让意向,公开出让", "=1+1<script>alert(1)</script>", 1
    )
    table = decision_table(read_ruleset(own))
    write_table(table, tmp_path / "t.html")
    write_table(table, tmp_path / "t.xlsx")
    assert "<script" not in (tmp_path / "t.html").read_text(encoding="utf-8")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if str(cell.value).startswith("=1+1<script>")] == ["s"]


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableFormatUnknown):
        writer_of(tmp_path / "t.pdf")


def test_every_clause_of_the_national_set_has_its_source() -> None:
    rules = load_ruleset().rules
    for one in (*rules.rules, *rules.gates, *rules.money):
        assert [cited.words for cited in citations(one.basis) if not cited.found] == []  # type: ignore[attr-defined] # each has a basis


def test_what_a_basis_cites() -> None:
    first, second = citations("政府投资条例第二十四条、第二十五条")
    assert (first.clause.clause, second.clause.clause) == ("第二十四条", "第二十五条")  # type: ignore[union-attr] # both are there
    (unknown,) = citations("民法典第九千条")
    assert (unknown.found, unknown.missing_clause) == (False, "第九千条")
    (marked,) = citations("自然资发〔2022〕201号(条文待核)(先租不超过五年)")
    assert (marked.found, marked.confirmed, marked.says_unsure) == (True, False, True)
    assert not citations("并无此法")[0].found
    assert citations("土地管理法实施条例第十七条")[0].law == load_sources().laws["land_administration_regulations"]
