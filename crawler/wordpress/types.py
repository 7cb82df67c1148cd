"""Which types of posts a WordPress site has beside its posts: takes what its REST API says of itself, gives the types and, for each,
why it holds no articles.

Sources: https://developer.wordpress.org/rest-api/reference/post-types/ and what was seen on sites. Anonymous readers are not told
whether a type is public, so its name, its rows and the page of one of them say it. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import DoorClosed
from crawler.extract.dom.tree import word_set

OWN = "a part of WordPress itself"
OTHERS = {  # what types hold that are no articles, with WordPress's own and well-known plugins' names for them
    OWN: """
        page attachment revision nav_menu_item custom_css customize_changeset oembed_cache user_request navigation media blocks templates
        """,
    "products and orders of a shop": "product products product_variation shop_order shop_coupon edd_payment",
    "parts of a page builder": """
        elementor_library elementor-hf e-landing-page e-floating-buttons et_pb_layout et_header_layout et_body_layout
        et_footer_layout fl-builder-template fl-theme-layout ct_template oxy_user_library bricks_template brizy-global-block
        brizy_template vc_grid_item astra-advanced-hook gp_elements generate_page_header kadence_element jet-theme-core jet-popup
        jet-menu jet-engine ae_global_templates templatera tdb_templates ct_content_block gp_global_style breakdance_template
        stackable_temp_post cms_block reusable_block
        """,
    "popups and notices": "popup popups popup_theme pum_sub boostify_popup hustle_module notification-bar cookielawinfo wpcode",
    "forms and what was sent with them": "feedback wpcf7_contact_form wpforms ninja_form nf_sub flamingo_inbound give_forms mc4wp-form",
    "a forum": "forum topic reply",
    "words of customers": "testimonial testimonials",
    "people": "team teams team_member team-member team_members staff staff_member person people employee employees",
    "places and addresses": "tribe_venue tribe_organizer location locations venue venues",
    "jobs": "job jobs job_listing job-listing career careers vacancy vacancies",
    "pictures alone": "slide slides slider sliders ml-slider logo logos client clients banner banners ad ads advert advanced_ads",
}
OF_NO_ARTICLES = {name: what for what, names in OTHERS.items() for name in names.split()}
OF_OTHER_LISTS = ("post", "page", "attachment")  # types of rows; an API of the site's own may list posts once more
ROUTE = re.compile(r"/([\w.-]+/v[0-9]+)/([\w-]+)")
OTHER_ROUTES = word_set("""
    posts pages media comments users categories tags taxonomies types statuses settings themes plugins search blocks block-types
    block-patterns block-directory block-renderer pattern-directory sidebars widgets widget-types menus menu-items menu-locations
    navigation templates template-parts global-styles font-families font-collections wp_pattern_category
""")
TAKEN = word_set("pages sitemap feed listing posts comments users categories tags types")  # names that other lists have


@dataclass(frozen=True, slots=True)
class PostType:
    """A type of posts. ``route`` is that of its list, below the API's root: ``wp/v2/briefings``."""

    slug: str
    route: str

    @property
    def list_name(self) -> str:
        """The name of its list in the archive: the last part of its route, the whole of it where that has another meaning."""
        namespace, _, base = self.route.rpartition("/")
        return base if namespace == "wp/v2" and base not in TAKEN and "@" not in base else self.route


def read_types(body: bytes) -> list[PostType]:
    """The types that ``wp/v2/types`` names, posts left out. Raises DoorClosed for an answer that is none."""
    said = _object(body)
    found = []
    for slug, row in said.items():
        base = row.get("rest_base") or slug if isinstance(row, dict) else ""
        namespace = row.get("rest_namespace") or "wp/v2" if isinstance(row, dict) else ""
        hidden = isinstance(row, dict) and row.get("viewable") is False  # told to few
        if (
            slug != "post"
            and not hidden
            and isinstance(base, str)
            and isinstance(namespace, str)
            and ROUTE.fullmatch(f"/{namespace}/{base}")
        ):
            found.append(PostType(slug, f"{namespace}/{base}"))
    return found


def read_routes(body: bytes) -> list[PostType]:
    """The types that the routes of ``wp/v2`` let suppose, where the site does not tell its types. Raises DoorClosed.

    A list that can be asked for what lies ``after`` a time is one of posts; lists of terms cannot.
    """
    routes = _object(body).get("routes")
    if not isinstance(routes, dict):
        raise DoorClosed("REST does not tell its routes")
    found = []
    for route, says in routes.items():
        match = ROUTE.fullmatch(route)
        items = any(other.startswith(f"{route}/(?P<") for other in routes)
        if match and match[2] not in OTHER_ROUTES and items and "after" in _parameters(says):
            found.append(PostType(match[2], route.lstrip("/")))
    return found


def _parameters(says: Any) -> set[str]:
    """The parameters of a route's GET; ``after`` where it does not tell any."""
    endpoints = says.get("endpoints") if isinstance(says, dict) else None
    asked = [e.get("args") for e in endpoints or () if isinstance(e, dict) and "GET" in (e.get("methods") or ())]
    return {name for arguments in asked if isinstance(arguments, dict) for name in arguments} if asked else {"after"}


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DoorClosed("REST answers something that is no JSON") from error
    if not isinstance(said, dict) or isinstance(said.get("code"), str):
        raise DoorClosed("REST does not tell its types")
    return said


def left_out(post_type: PostType, declared: Sequence[str] = ()) -> str | None:
    """Why a type is left out by its name, or by the site's declaration; None where more must be asked."""
    names = {post_type.slug, post_type.list_name}
    if names & {*declared}:
        return None
    if {f"-{name}" for name in names} & {*declared}:
        return "left out by the site's declaration"
    if post_type.slug.startswith(("wp_", "elementor_", "acf-")):
        return f"no articles: {OWN}"
    known = next((OF_NO_ARTICLES[name] for name in (post_type.slug, post_type.list_name) if name in OF_NO_ARTICLES), None)
    return f"no articles: {known}" if known else None


def without_articles(rows: Sequence[Mapping[str, Any]], belongs: Sequence[bool]) -> str | None:
    """Why the newest rows of a type are no articles; None where they may be. ``belongs``: whether each row's link is of the site."""
    if not rows:
        return "empty"
    if all(row.get("type") in OF_OTHER_LISTS for row in rows):
        return "no articles of its own: its rows are those of another list"
    texts = [row["content"] for row in rows if isinstance(row.get("content"), Mapping)]
    if not any(text.get("protected") or str(text.get("rendered") or "").strip() for text in texts):
        return "no articles: its rows have no text"
    if not any(belongs):
        return "no articles: its rows have no page of this site"
    return None


def has_own_address(link: str) -> bool:
    """Whether a link names a page by its path; ``/?popup=offer`` is what WordPress writes where a type has no pages."""
    parts = urlsplit(link)
    return not parts.query and parts.path.strip("/") != ""
