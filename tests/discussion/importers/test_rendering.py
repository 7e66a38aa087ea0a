"""Words of archives are read by helpers beside, or here: the same words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from folkmoot.discussion.importers import html_tree
from folkmoot.discussion.importers.html_tree import Node
from folkmoot.discussion.importers.model import Comment, Writer
from folkmoot.discussion.model import MAX_IMPORTED
from folkmoot.discussion.rendering import Readers, read_all
from folkmoot.errors import TooLarge
from tests.hostile import corpora

PIECES = some.lists(
    some.sampled_from([
        "<p>", "</p>", "<br>", "<br/>", "<b>", "</b>", "<I>", "</i>", '<a href="https://example.com/a">', "</a>", "<ul>", "<li>", "</ul>",
        '<a href="https://x.y/?a=1&amp;b">', "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<script>", "</script>", "<!-- x -->", "<", ">",
        "&amp;", "&lt;p&gt;", "&", "&#65", "words", "more words\nand a line", " ", '<img src="https://example.com/p.png" alt="A picture">',
        "<p class='x'>", "<a href=x>", "< b>", "</p", "<?x?>",
    ]), max_size=12,
).map("".join)  # fmt: skip


def comment(words: str) -> Comment:
    return Comment("1", 1, ("story",), Writer("Ada"), words)


def joined(node: Node) -> list[object]:
    """A tree as plain values; pieces of text beside one another are one."""
    made: list[object] = []
    for child in node.children:
        if child.tag:
            made.append([child.tag, child.attributes, child.blocks, joined(child)])
        elif made and isinstance(made[-1], str):
            made[-1] += child.text
        else:
            made.append(child.text)
    return made


@settings(max_examples=400)
@given(PIECES)
def test_both_ways_build_the_same_tree(html: str) -> None:
    lines = not html_tree._BREAKS.search(html)
    quick = html_tree._built_quickly(html, lines)
    if quick is not None:
        parser = html_tree._Parser(lines)
        parser.feed(html)
        parser.close()
        assert joined(quick) == joined(parser.root)


def test_what_exports_hold_is_built_the_quick_way() -> None:
    html = '<p>It <b>is</b> &amp; was.</p><p>See <a href="https://example.com/report" rel="nofollow">the report</a><br>Page 3.</p>'
    assert html_tree._built_quickly(html, False) is not None


@pytest.mark.long
def test_hostile_html_is_built_alike_both_ways() -> None:
    for html in corpora.texts():
        test_both_ways_build_the_same_tree.hypothesis.inner_test(html)


def test_helpers_read_the_same_words() -> None:
    said = ("<p>Close <b>it</b>.</p>", "", "<script>alert(1)</script>", "x" * 2_000_000, "a & b", "x" * (MAX_IMPORTED + 1))
    lot = [comment(words) for words in said]
    with Readers(helpers=2, alone=0) as readers:
        beside = readers.ask(lot).result()
        assert readers.ahead == 3
    here = read_all(lot)
    assert [str(each) for each in beside] == [str(each) for each in here] and isinstance(beside[3], TooLarge) and isinstance(beside[5], TooLarge)
    assert beside[0] and not isinstance(beside[0], TooLarge) and "<strong>it</strong>" in beside[0].html
