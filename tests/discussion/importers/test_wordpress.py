"""WordPress: every trap that its exports are known for, told by a small export of our own and by real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkmoot.discussion import archive
from tests.discussion.importers.conftest import Archivist
from tests.discussion.importers.test_disqus import warned

BLOG = "https://news.example"


def comment(number: int | str, said: str = "", parent: int = 0, **fields: str) -> str:
    """A comment as WordPress 6 writes it; a field that is given as "-" is left out altogether."""
    values = {
        "id": str(number), "author": f"<![CDATA[Reader {number}]]>", "author_email": "r@mail.example\n", "author_IP": "192.0.2.7",
        "date": "2020-03-01 12:00:00", "date_gmt": "2020-03-01 11:00:00", "content": f"<![CDATA[{said or f'Number {number}'}]]>", "approved": "1",
        "type": "comment", "parent": str(parent), "user_id": "0", **fields,
    }  # fmt: skip
    lines = "".join(f"<wp:comment_{name}>{value}</wp:comment_{name}>\n" for name, value in values.items() if value != "-")
    meta = '<wp:commentmeta><wp:meta_key>x</wp:meta_key><wp:meta_value>O:8:"stdClass":0:{}</wp:meta_value></wp:commentmeta>'
    return f"<wp:comment>\n{lines}{meta}</wp:comment>\n"


def item(number: int, *comments: str, **fields: str) -> str:
    values = {
        "title": f"Story {number}", "link": f"{BLOG}/{number}/", "guid": f"https://old.example/?p={number}", "wp:post_id": str(number),
        "wp:post_date": "2020-02-29 13:00:00", "wp:post_date_gmt": "2020-02-29 12:00:00", "wp:comment_status": "open", "wp:status": "publish",
        "wp:post_type": "post", "wp:post_password": "", **{name.replace("_", ":", 1) if name[:3] == "wp_" else name: v for name, v in fields.items()},
    }  # fmt: skip
    lines = "".join(f"<{name}>{value}</{name}>\n" for name, value in values.items() if value != "-")
    return f"<item>\n{lines}<content:encoded><![CDATA[The story itself.]]></content:encoded>{''.join(comments)}</item>\n"


def export(path: Path, *parts: str, version: str = "1.2", blog: str = BLOG, before: str = "") -> Path:
    spaces = f'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/{version}/"'
    authors = "<wp:author><wp:author_id>3</wp:author_id><wp:author_login>ines</wp:author_login></wp:author>" if version != "1.0" else ""
    blogs = f"<wp:base_site_url>https://host.example</wp:base_site_url><wp:base_blog_url>{blog}</wp:base_blog_url>" if blog else ""
    path.write_text(f'{before}<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {spaces}><channel><title>The News</title>'
                    f"{blogs}{authors}\n{''.join(parts)}</channel></rss>\n", "utf-8")  # fmt: skip
    return path


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_every_version_is_recognised_and_read(archivist: Archivist, tmp_path: Path, version: str) -> None:
    report = archivist.bring(export(tmp_path / "a.xml", item(1, comment(1), comment(2, parent=1), comment(3, parent=2)), version=version))
    assert (report.comments, report.stories, report.skipped) == (3, 1, {})
    assert archivist.parent(f"{BLOG[8:]}#1/3") == f"{BLOG[8:]}#1/2", "depth stays"
    assert archivist.rows("SELECT posted FROM comment LIMIT 1")[0].posted == 1_583_060_400_000, "the date that is in UTC"
    assert archivist.findings() == []


def test_what_waited_was_spam_or_trash_is_hidden_and_its_answers_keep_their_place(archivist: Archivist, tmp_path: Path) -> None:
    comments = [comment(1, approved="0"), comment(2, approved="spam"), comment(3, approved="trash"), comment(4, approved="post-trashed"),
                comment(5, parent=3), comment(6, approved="perhaps")]  # fmt: skip
    report = archivist.bring(export(tmp_path / "a.xml", item(1, *comments)))
    states = {row.source_id[-1]: row.state for row in archivist.rows("SELECT k.source_id, c.state FROM source_key k JOIN comment c ON c.id = k.id")}
    assert states == {"1": "unapproved", "2": "spam", "3": "deleted", "4": "deleted", "5": "published", "6": "unapproved"}
    assert archivist.parent("news.example#1/5") == "news.example#1/3" and archivist.comment("news.example#1/3").visible == 1
    assert warned(report, "comment_approved is 'perhaps'")


def test_pings_and_the_notes_of_a_shop_are_left_out_by_name(archivist: Archivist, tmp_path: Path) -> None:
    kinds = ("pingback", "trackback", "webmention", "order_note", "review", "poll_vote")
    report = archivist.bring(export(tmp_path / "a.xml", item(1, *(comment(n, type=kind) for n, kind in enumerate(kinds, 1)))))
    assert report.skipped == {"pingback": 1, "trackback": 1, "webmention": 1, "note of a plug-in": 1}
    assert archivist.comment("news.example#1/5").state == "published"
    assert archivist.comment("news.example#1/6").state == "unapproved" and warned(report, "of the kind 'poll_vote'")


@pytest.mark.parametrize("private", [{"wp_post_password": "swan"}, {"wp_status": "private"}, {"wp_status": "draft"}, {"wp_status": "trash"}])
def test_what_was_not_public_does_not_become_so(archivist: Archivist, tmp_path: Path, private: dict[str, str]) -> None:
    report = archivist.bring(export(tmp_path / "a.xml", item(1, comment(1), **private)))
    assert report.comments == 1 and warned(report, "Readers could not see this item")
    assert (archivist.comment("news.example#1/1").visible, archivist.rows("SELECT title FROM story")[0].title) == (0, "")


def test_old_addresses_become_aliases_and_a_query_is_kept(archivist: Archivist, tmp_path: Path) -> None:
    archivist.bring(export(tmp_path / "a.xml", item(1, comment(1)), item(4, comment(2), link=f"{BLOG}/?p=4", guid="-")))
    found = [row.cleaned for row in archivist.rows("SELECT cleaned FROM story_address ORDER BY cleaned")]
    assert found == ["news.example/1", "news.example?p=1", "news.example?p=4", "old.example?p=1"]


def test_ids_that_two_items_or_two_blogs_share_mix_nothing_up(archivist: Archivist, tmp_path: Path) -> None:
    one = export(tmp_path / "a.xml", item(1, comment(11, "here"), guid="-"), item(2, comment(11, "there"), comment(12, parent=11)))
    other = export(tmp_path / "b.xml", item(1, comment(11, "elsewhere"), link="https://old.example/1/", guid="-"), blog="https://old.example")
    report = archive.bring(archivist.db, archivist.folder, "news.example", [one, other], now=archivist.now)
    assert (report.comments, report.stories) == (4, 3)
    assert archivist.parent("news.example#2/12") == "news.example#2/11"


@pytest.mark.parametrize("says", ["<link>{}/</link>", '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" href="x"/>'])
def test_exports_that_do_not_name_their_blog_are_told_apart_by_its_link_or_their_items(archivist: Archivist, tmp_path: Path, says: str) -> None:
    def blog(name: str, home: str, *numbers: int) -> Path:
        parts = [item(n, comment(n + 1, f"{name} {n}"), comment(n + 2, parent=n + 1), link=f"{home}/{n}/", guid="-") for n in numbers]
        return export(tmp_path / f"{name}{numbers[0]}.xml", says.format(home), *parts, blog="")

    first = archivist.bring(blog("Here", "https://news.example", 12))
    second = archivist.bring(blog("There", "https://old.example", 12))
    assert [(each.comments, each.already, each.stories) for each in (first, second)] == [(2, 0, 1), (2, 0, 1)]
    assert archivist.parent("news.example#12/14") == "news.example#12/13" and archivist.parent("old.example#12/14") == "old.example#12/13"
    files = [blog("Here", "https://news.example", n, 12) for n in (5, 8)]
    rest = archive.bring(archivist.db, archivist.folder, "news.example", files, now=archivist.now)
    assert (rest.comments, rest.stories) == (4, 2), "the other files of a blog are of the same blog"
    assert archivist.findings() == []


def test_an_export_in_several_files_is_one_and_comes_in_once(archivist: Archivist, tmp_path: Path) -> None:
    files = [export(tmp_path / f"{n}.xml", item(n, comment(n * 10), comment(n * 10 + 1, parent=n * 10))) for n in (1, 2, 3)]
    report = archive.bring(archivist.db, archivist.folder, "news.example", files, now=archivist.now)
    assert (report.comments, report.stories) == (6, 3)
    again = archive.bring(archivist.db, archivist.folder, "news.example", list(reversed(files)), now=archivist.now)
    assert (again.comments, again.already) == (0, 6)


def test_a_date_in_the_blogs_own_time_is_read_by_the_zone_that_others_show(archivist: Archivist, tmp_path: Path) -> None:
    zeros = "0000-00-00 00:00:00"
    archivist.bring(export(tmp_path / "a.xml", item(1, comment(1), comment(2, date_gmt=zeros), comment(3, date="-", date_gmt="-"))))
    assert archivist.comment("news.example#1/2").posted == archivist.comment("news.example#1/1").posted
    assert archivist.comment("news.example#1/3").posted > archivist.now - 2 * 86_400_000


def test_a_zone_that_nothing_shows_is_said(archivist: Archivist, tmp_path: Path) -> None:
    dates = {"wp_post_date": "-", "wp_post_date_gmt": "-"}
    report = archivist.bring(export(tmp_path / "a.xml", item(1, comment(1, date_gmt="-"), comment(2, date_gmt="-"), **dates)))
    assert sum("nothing says its zone" in line for line in report.warnings) == 1


def test_new_lines_are_new_lines_also_where_there_are_tags(archivist: Archivist, tmp_path: Path) -> None:
    said = "First\nline\n\n<blockquote>A\nquote</blockquote>\nAfter <strong>it</strong>\n<pre>a\n  b</pre> ]]]]><![CDATA[> [gallery]"
    archivist.bring(export(tmp_path / "a.xml", item(1, comment(1, said), comment(2, "one\r\ntwo & three\v", content="<![CDATA[one\ntwo & three]]>"))))
    html = archivist.comment("news.example#1/1").html
    assert "First<br>\nline" in html and "A<br>\nquote" in html and "<strong>it</strong>" in html and "a\n  b" in html and "]]&gt; [gallery]" in html
    assert archivist.comment("news.example#1/2").html == "<p>one<br>\ntwo &amp; three</p>\n"


def test_names_are_read_accounts_are_known_and_authors_are_the_newsroom(archivist: Archivist, tmp_path: Path) -> None:
    comments = [comment(1, author="O&amp;#8217;Hara", user_id="3"), comment(2, author="O&#8217;Hara", user_id="9"), comment(3, author="-")]
    archivist.bring(export(tmp_path / "a.xml", item(1, *comments)))
    found = {n: archivist.comment(f"news.example#1/{n}") for n in (1, 2, 3)}
    assert [found[n].name for n in found] == ["O’Hara", "O’Hara", "Unknown"]
    assert [found[n].marks for n in found] == ["staff", "", ""], "only whom the export itself calls an author"
    assert found[1].person != found[2].person and found[3].person is None, "one name, two people"
    assert archivist.count("identity") == 0


def test_an_item_may_lack_nearly_everything(archivist: Archivist, tmp_path: Path) -> None:
    bare = "<item><link>https://news.example/bare</link><wp:comment><wp:comment_content>Hello</wp:comment_content></wp:comment></item>"
    report = archivist.bring(export(tmp_path / "a.xml", bare, "<item><title>Nobody spoke</title></item>", blog="", before="\n\n"))
    assert (report.comments, report.stories) == (1, 1)
    assert archivist.rows("SELECT text, state FROM comment")[0] == ("Hello", "published")


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda xml: xml[:-20], r"at line \d+, column \d+: (no element found|unclosed token)"),
        (lambda xml: xml.replace(b"</wp:comment_id>", b"", 1), r"at line 27, column \d+: mismatched tag"),
        (lambda xml: xml.replace(b"xmlns:wp", b"xmlns:pw"), r"at line 2, column \d+: unbound prefix"),
        (lambda xml: xml.replace(b"Number 1", b"Number \xff"), r"at line 22, column \d+: not well-formed"),
        (lambda xml: b"<!DOCTYPE rss [<!ENTITY a 'b'>]>" + xml[39:], "declares a document type"),
        (lambda xml: xml.replace(b"<rss", b"<feed").replace(b"</rss", b"</feed"), "its outermost element is <feed>, not <rss>"),
    ],
)
def test_a_damaged_export_ends_in_one_sentence(archivist: Archivist, tmp_path: Path, damage: object, why: str) -> None:
    path = export(tmp_path / "a.xml", item(1, comment(1)))
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(Exception, match=rf"^a\.xml cannot be read.*{why}.*Nothing was imported\.$"):
        archivist.bring(path, form="wordpress")
    assert [archivist.count(table) for table in ("story", "comment", "batch", "source_key")] == [0] * 4


@pytest.mark.parametrize(
    ("name", "comments", "stories", "skipped"),
    [
        ("isso-test-wordpress-wxr10.xml", 8, 2, {}),
        ("wp-theme-unit-test-comments.xml", 29, 7, {"pingback": 2, "trackback": 2}),
        ("wp-importer-valid-wxr-1.0.xml", 1, 1, {}),
        ("wp-importer-valid-wxr-1.1.xml", 1, 1, {}),
        ("wp-importer-test-serialized-comment-meta.xml", 1, 1, {}),
        ("wp-importer-wxr-with-sub-data.xml", 0, 0, {"story without address or id": 1}),
    ],
)
def test_real_exports_come_in_whole(archivist: Archivist, shared: Path, name: str, comments: int, stories: int, skipped: dict[str, int]) -> None:
    report = archivist.bring(shared / "imports" / "wordpress" / name)
    assert (report.comments, report.stories, report.skipped) == (comments, stories, skipped)
    assert archivist.findings() == []


def test_a_real_chain_of_answers_keeps_its_depth(archivist: Archivist, shared: Path) -> None:
    archivist.bring(shared / "imports" / "wordpress" / "isso-test-wordpress-wxr10.xml")
    assert [(row.level, row.n) for row in archivist.rows("SELECT level, COUNT(*) AS n FROM comment GROUP BY level ORDER BY level")] == [
        (1, 5), (2, 1), (3, 2)]  # fmt: skip
    assert archivist.rows("SELECT cleaned FROM story_address ORDER BY cleaned")[-1].cleaned == "example.tld?p=4"
