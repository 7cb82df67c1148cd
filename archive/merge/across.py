"""Links from one site of a depot to another: takes the archive of all and the site that was just written, gives links their targets.

A site's own archive knows its own articles alone. So a link for which it names no target leads to the article of another site that has
the address, if one has. What follows from that is the same whatever site is merged first.
"""

from __future__ import annotations

from sqlite_utils import Database

PAGE = "iif(instr(links.url, '#'), substr(links.url, 1, instr(links.url, '#') - 1), links.url)"  # without the place in it


def own_target(ours: str, theirs: str, first: int, last: int) -> str:
    """SQL: the target of the link ``ours`` as the site's own archive could name it, to be compared with what it names in ``theirs``.
    ``first`` and ``last``: the site's ids here."""
    target = f"{ours}.target_article_id"
    return f"iif({theirs}.target_article_id is null and {target} not between {first} and {last}, null, {target})"


def link_across(db: Database, first: int, last: int) -> int:
    """Bring links to and from one site up to date, inside the caller's transaction. How many changed."""
    dropped = db.execute(
        f"""
        update main.links
        set target_article_id = null
        where target_article_id between {first} and {last} and article_id not between {first} and {last}
          and target_article_id is not (select article_id from main.urls where urls.url = {PAGE})
        """
    ).rowcount
    db.execute("drop table if exists temp.across")
    db.execute("create temp table across (article_id integer, position integer, target integer)")
    outside = f"links.target_article_id is null and links.article_id not between {first} and {last}"
    for where in ("links.url = named.url", "links.url > named.url || '#' and links.url < named.url || '$'"):  # $ follows # in ASCII
        db.execute(
            f"""
            insert into temp.across
            select links.article_id, links.position, named.article_id
            from main.urls as named indexed by urls_article
            cross join main.links indexed by links_url on {where}
            where named.article_id between {first} and {last} and {outside}
            """
        )
    db.execute(
        f"""
        insert into temp.across
        select links.article_id, links.position, named.article_id
        from main.links
        cross join main.urls as named on named.url = {PAGE}
        where links.article_id between {first} and {last} and links.target_article_id is null
          and named.article_id not between {first} and {last}
        """
    )
    db.execute(
        """
        update main.links
        set target_article_id = across.target
        from temp.across
        where links.article_id = across.article_id and links.position = across.position
        """
    )
    [found] = db.execute("select count(*) from temp.across").fetchone()
    db.execute("drop table temp.across")
    return int(dropped + found)
