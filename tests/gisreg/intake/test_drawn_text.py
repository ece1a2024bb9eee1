# ruff: noqa: E501 - rows stay in one piece

"""The texts inside a parcel of a drawing, told apart by their form."""

import pytest
from drawings import draw, light, square, words

from gisreg.intake.drawn_text import said
from gisreg.intake.opening import open_source

SQUARE_M2 = 10_000.0


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("149901001002GB00015", "图内宗地代码"), ("DK-001", "图内编号"), ("GB00015", "图内编号"), ("2024-12(1)", "图内编号"),
        ("0601", "图内地类编码"), ("10000.0", "图内面积(平方米)"), ("15.00", "图内面积(亩)"), ("1.0000", "图内面积(公顷)"),
        ("99.98", "图内数字"), ("J12", "图内数字"), ("示例有限公司", "图内文字"), ("12", "图内文字"), ("二期 A1 区", "图内文字"),
    ],
)  # fmt: skip
def test_a_text_is_known_by_its_form(text, field):
    assert said([text], SQUARE_M2) == {field: text}


def test_texts_of_one_form_after_the_first_are_words():
    found = said(["DK-001", "J1", "J2", "权利人:示例厂", "DK-002", "示例 地块", "120.00"], SQUARE_M2)
    assert found == {
        "图内编号": "DK-001",
        "权利人": "示例厂",
        "图内文字": "DK-002 示例 地块",
        "图内数字": "J1 J2 120.00",
    }


def test_without_an_area_no_number_is_one():
    assert said(["15.00"], None) == {"图内数字": "15.00"}


def test_a_parcel_as_cass_draws_it(load, county, tmp_path):
    x, y = 427_969.5, 3_996_935.0
    path = draw(
        tmp_path / "a.dxf",
        light("JZD", square(x, y, 40)),
        *(
            words("ZJ", x + 10, y + 30 - 5 * at, text)
            for at, text in enumerate(["DK-001", "示例有限公司", "0601", "2.40"])
        ),
    )
    with open_source(path, crs_given="EPSG:4547") as source:
        assert set(source.fields) == {"图层", "图内编号", "图内地类编码", "图内面积(亩)", "图内文字"}
    report = load(path, crs="EPSG:4547")
    assert report.mapped == {
        "source_code": "图内编号", "name": "图内文字", "land_use_code": "图内地类编码", "official_area_m2": "图内面积(亩)",
    }  # fmt: skip
    assert load(path, crs="EPSG:4547").unchanged == 1
