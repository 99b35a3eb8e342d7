"""Values of parameters are written as the table of OpenAPI's styles has it."""

from typing import Any

import pytest

from conformance.contract.styles import can_be_told, written

TEXT, LIST, OBJECT = "blue", ["blue", "black", "brown"], {"R": 100, "G": 200, "B": 150}

TABLE: list[tuple[str, str, bool, Any, str]] = [
    ("path", "matrix", False, TEXT, ";color=blue"),
    ("path", "matrix", False, LIST, ";color=blue,black,brown"),
    ("path", "matrix", False, OBJECT, ";color=R,100,G,200,B,150"),
    ("path", "matrix", True, LIST, ";color=blue;color=black;color=brown"),
    ("path", "matrix", True, OBJECT, ";R=100;G=200;B=150"),
    ("path", "label", False, TEXT, ".blue"),
    ("path", "label", False, LIST, ".blue,black,brown"),
    ("path", "label", False, OBJECT, ".R,100,G,200,B,150"),
    ("path", "label", True, LIST, ".blue.black.brown"),
    ("path", "label", True, OBJECT, ".R=100.G=200.B=150"),
    ("path", "simple", False, LIST, "blue,black,brown"),
    ("header", "simple", False, OBJECT, "R,100,G,200,B,150"),
    ("path", "simple", True, OBJECT, "R=100,G=200,B=150"),
    ("query", "form", False, TEXT, "color=blue"),
    ("query", "form", False, LIST, "color=blue,black,brown"),
    ("query", "form", False, OBJECT, "color=R,100,G,200,B,150"),
    ("query", "form", True, LIST, "color=blue&color=black&color=brown"),
    ("query", "form", True, OBJECT, "R=100&G=200&B=150"),
    ("query", "spaceDelimited", False, LIST, "color=blue%20black%20brown"),
    ("query", "spaceDelimited", False, OBJECT, "color=R%20100%20G%20200%20B%20150"),
    ("query", "pipeDelimited", False, LIST, "color=blue|black|brown"),
    ("query", "pipeDelimited", True, LIST, "color=blue&color=black&color=brown"),
    ("query", "deepObject", True, OBJECT, "color[R]=100&color[G]=200&color[B]=150"),
    ("cookie", "form", True, TEXT, "color=blue"),
]


@pytest.mark.parametrize(("place", "style", "explode", "value", "expected"), TABLE)
def test_a_style_is_that_of_the_table(
    place: str, style: str, explode: bool, value: Any, expected: str
) -> None:
    pairs = written({"name": "color", "in": place, "style": style, "explode": explode}, value)

    is_named = place in ("query", "cookie")
    assert "&".join(f"{name}={text}" if is_named else text for name, text in pairs) == expected


def test_what_is_not_stated_is_as_it_is_by_default() -> None:
    assert written({"name": "a", "in": "query"}, [1, "x,y"]) == [("a", "1"), ("a", "x%2Cy")]
    assert written({"name": "a", "in": "path"}, [1, True]) == [("a", "1,true")]
    assert written({"name": "a", "in": "query", "style": "pipeDelimited"}, [1, 2]) == [("a", "1|2")]
    as_json = {"name": "a", "in": "query", "content": {"application/json": {}}}
    assert written(as_json, {"b": [1]}) == [("a", "%7B%22b%22%3A%20%5B1%5D%7D")]


def test_nothing_says_that_a_list_is_empty_or_where_a_text_with_a_comma_ends() -> None:
    parameter = {"name": "a", "in": "query"}
    told: list[Any] = [[1], {"b": "c"}, "", "a,b"]
    untold: list[Any] = [[], {}, ["a,b"], [[1]], {"b": {}}]
    assert all(can_be_told(parameter, value) for value in told)
    assert not any(can_be_told(parameter, value) for value in untold)
