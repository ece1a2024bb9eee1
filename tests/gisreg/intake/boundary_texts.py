"""Boundary-point texts written on the spot."""

from pathlib import Path

HEAD = (
    "[属性描述]\n格式版本号=1.0\n数据产生单位=示例县自然资源局\n数据产生日期=2026-11-21\n坐标系=2000国家大地坐标系\n几度分带=3\n"
    "投影类型=高斯克吕格\n计量单位=米\n带号=38\n精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n"
)
TWO = """10,2.8000,DS-001,示例闲置地块一,面,,工业用地,0601,@
J1,1,3998150.000,38427900.000
J2,1,3998150.000,38428100.000
J3,1,3998000.000,38428100.000
J4,1,3998000.000,38427900.000
J1,1,3998150.000,38427900.000
J5,2,3998090.000,38427950.000
J6,2,3998050.000,38427950.000
J7,2,3998050.000,38428000.000
J8,2,3998090.000,38428000.000
J5,2,3998090.000,38427950.000
5,0.6600,DS-002,示例闲置地块二,面,,工业用地,0601,@
J1,1,3997900.000,38428200.000
J2,1,3997900.000,38428300.000
J3,1,3997834.000,38428300.000
J4,1,3997834.000,38428200.000
J1,1,3997900.000,38428200.000
"""
"""A parcel with a hole, 28,000 m², and a plain one, 6,600 m²; near 113.2°E 36.1°N."""


def write(path: Path, text: str, encoding: str = "gb18030", newline: str = "\r\n") -> Path:
    """Write a text as survey programs do."""
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    return path


def square(code: str, north: float = 3997900, east: float = 38428200, side: float = 50, ring: str = "1") -> str:
    """A parcel's lines: a square that grows south and east."""
    points = [(north, east), (north, east + side), (north - side, east + side), (north - side, east), (north, east)]
    lines = [f"J{n % 4 + 1},{ring},{x:.3f},{y:.3f}" for n, (x, y) in enumerate(points)]
    return f"5,{side * side / 10000:.4f},{code},示例,面,,,0601,@\n" + "\n".join(lines) + "\n"
