"""Each picture in the documents is made from the running program, and no other is kept."""

from __future__ import annotations

from tests.docs.pictures import PICTURES, STORIES, shown


def test_the_pictures_are_those_that_the_documents_show() -> None:
    assert shown()
    assert {file.name for file in PICTURES.iterdir()} == shown()


def test_every_picture_is_taken_in_a_story() -> None:
    stories = "".join(file.read_text(encoding="utf-8") for file in STORIES.glob("test_*.py"))
    names = {name.removesuffix(".png").removesuffix("-phone") for name in shown()}
    assert sorted(name for name in names if f'"{name}"' not in stories) == []
