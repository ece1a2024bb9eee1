import re
from pathlib import Path

import pytest

from maps.assets import BrowserCodeMissing, digest, leaflet, own, policy


def test_leaflet_would_load_nothing_more(assets_dir: Path) -> None:
    script, style = leaflet(assets_dir)
    assert "sourceMappingURL" not in script
    assert "url(" not in style
    assert "</" not in style


def test_no_script_can_end_its_element(assets_dir: Path) -> None:
    scripts = [leaflet(assets_dir)[0], *(own(name) for name in ("map.js", "county.js", "township.js"))]
    assert not any(re.search(r"</script|<!--", script, re.IGNORECASE) for script in scripts)


def test_our_own_scripts_never_read_text_as_html() -> None:
    for name in ("map.js", "county.js", "township.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", own(name))


def test_missing_browser_code_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BrowserCodeMissing) as caught:
        leaflet(tmp_path)
    assert "leaflet.js" in caught.value.line("en")
    assert "npm ci" in caught.value.line("en")


def test_the_policy_names_each_script_by_its_digest() -> None:
    # The digest of the empty text is well known.
    assert digest("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    found = policy(["a", "b"], ["c"])
    assert found.startswith("default-src 'none'; script-src ")
    assert digest("b") in found
    assert "unsafe" not in found
