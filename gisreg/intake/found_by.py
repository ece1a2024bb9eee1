"""In words how an import came to know a file's CRS and encoding."""

from gisreg.text import Text

FOUND_BY = {
    "given": Text("由选项指定", "as given"),
    "file": Text("文件自带", "from the file"),
    "format": Text("格式规定", "fixed by the format"),
    "cpg": Text("按 .cpg 文件", "from the .cpg file"),
    "ldid": Text("按 DBF 语言标志", "from the DBF's language byte"),
    "ascii": Text("只有 ASCII 字符", "plain ASCII"),
    "detected": Text("由内容判断", "told by the contents"),
}


def found_by(how: str | None) -> Text:
    """The words for a token of ``crs_from`` or ``encoding_from``; one that is not known stands for itself."""
    return FOUND_BY.get(how or "", Text(how or "-", how or "-"))
