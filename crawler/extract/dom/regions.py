"""Takes a container and gives the boxes in it whose markup says what they are, by class names and ids of WordPress plugins and
themes (boilerplate/wordings/boxes.txt)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.extract.dom.tree import Element, is_longer, text_of, tokens, word_set
from crawler.items import BlockKind

# A whole class name or id, lower case. Generic words ("widget", "content", "box") are missing on purpose: pruning by them
# lost whole articles of the development pages.
_NAMES: tuple[tuple[BlockKind, str], ...] = (
    (
        "comments",
        r"comments?|comments?-(?:area|wrapper|section|container|respond|list|box|template)|commentlist|"
        r"commentform|respond|disqus_thread|fb-comments|wp-block-comments|wpdcom|wpd-threads|"
        r"jp-carousel-comments?|comment-respond|replies|fb_comments|post-comments",
    ),
    (
        "share",
        r"sharedaddy|sd-(?:sharing|block|content|social|like)[\w-]*|jp-(?:sharing|post-flair)[\w-]*|post_flair|"
        r"share|sharing|share[-_](?:this|buttons?|bar|box|icons?|links?|post|article|container|wrap(?:per)?|block|"
        r"widget|tools?|section|area|list|row|panel|label|title|count)[\w-]*|"
        r"(?:post|entry|article|single|content|page|blog|story|social|td-post|jeg|the|bottom|top|mobile|sticky|"
        r"floating|inline|news)[-_]+(?:social-)?(?:shar(?:e|ing)|sharing-buttons|share-buttons?|social-share|"
        r"share-box|shares?)[\w-]*|social[-_](?:shar(?:e|ing)|buttons?|icons?|links?|media-share|media-icons|"
        r"media-buttons|bar|warfare|wrap|follow|networks?)[\w-]*|"
        r"addtoany[\w-]*|a2a_[\w-]+|addthis[\w-]*|heateor[\w-]*|ssba[\w-]*|essb[_-][\w-]+|shareaholic[\w-]*|"
        r"mashsb[\w-]*|swp_social_panel|swp[-_][\w-]*panel[\w-]*|dpsp-[\w-]+|juiz_sps|et_social_[\w-]+|"
        r"scriptlesssocialsharing[\w-]*|nc_socialpanel|wp-block-social-links|"
        r"wp-block-jetpack-sharing-buttons?|wp-block-outermost-social-sharing[\w-]*|fb-like|fb-share-button|"
        r"twitter-share-button|tweet-button|sfsi[\w-]*|elementor-share-buttons[\w-]*|"
        r"elementor-widget-share-buttons|elementor-widget-social-icons|elementor-social-icons-wrapper|"
        r"ss-inline-share-wrapper|novashare[\w-]*|hupso[\w-]*|xs_social_share[\w-]*|"
        r"kk-star-ratings|post-ratings|wp_ulike[\w-]*|wpulike[\w-]*|jetpack-likes-widget[\w-]*|likebtn[\w-]*|"
        r"grow-(?:content|social)[\w-]*|meks_ess[\w-]*|fusion-sharing-box|fusion-social-[\w-]+|jssocials[\w-]*|"
        r"simplesocialbuttons[\w-]*|printfriendly|pf-content-button|pfbutton|post-like[\w-]*|rrssb[\w-]*|"
        r"sticky-social[\w-]*|shariff[\w-]*|"
        r"sassy-social-share|blog-share[\w-]*|post-socials?|entry-socials?|article-socials?|"
        r"wp-block-kadence-social[\w-]*|socials?|sociallinks?|author-socials?|click-to-tweet|"
        r"wp-block-jetpack-like|bctt-click-to-tweet-button",
    ),
    (
        "related",
        r"jp-relatedposts[\w-]*|related|related[-_](?:posts?|articles?|content|stor(?:y|ies)|news|entries|links|"
        r"items|products|wrap(?:per)?|section|box|reading|container|list|title|heading|widget|area)[\w-]*|(?:post|"
        r"posts|article|articles|inline|single|entry|content|td|crp|jeg|yarpp|nrelate|rp4wp|wp_rp|srp|erp|bs|mh|"
        r"penci|cli|news|ez|custom|sidebar)[-_](?:block[-_])?related[\w-]*|"
        r"relatedposts?[\w-]*|yarpp[\w-]*|crp_related|crp-list[\w-]*|rp4wp[\w-]*|wp_rp_[\w-]+|zem_rp[\w-]*|"
        r"nrelate[\w-]*|outbrain[\w-]*|ob-widget[\w-]*|taboola[\w-]*|trc_rbox[\w-]*|similar[-_](?:posts?|"
        r"articles?)[\w-]*|recommended[-_](?:posts?|articles?|reading|stories|content)[\w-]*|recommended|"
        r"recommendations?|"
        r"more[-_](?:posts|stories|articles|from|news)[\w-]*|read[-_](?:also|next|more-posts)[\w-]*|"
        r"also[-_](?:read|like)[\w-]*|you-(?:may|might)-[\w-]+|next-(?:article|story|post)s?|suggested-posts?|"
        r"wp-block-latest-posts[\w-]*|wp-block-query[\w-]*|recent-posts?|latest-posts|popular-posts|"
        r"wp-block-newspack-blocks-homepage-articles|wp-block-group__related|"
        r"irp|irp-tlink|inline-related-post|internal-linking-related-contents|ilrc|contextual-related[\w-]*|"
        r"elementor-posts[\w-]*|elementor-widget-posts|elementor-post-navigation|fusion-related-posts|"
        r"further-reading",
    ),
    (
        "tags",
        r"(?:post|entry|article|blog|single|td-post-source|story|news|content)[-_](?:tags?|tags-links?|tag-list|"
        r"taxonom(?:y|ies)|categor(?:y|ies)|terms|keywords)[\w-]*|tags?[-_](?:links?|list|cloud|wrap(?:per)?|"
        r"container|box|area)|tagcloud|tag_cloud|tags|the-tags|cat[-_]links?|category-links?|td-tags|"
        r"td-post-source-tags|wp-block-post-terms[\w-]*|wp-block-tag-cloud|taxonomy-(?:post_tag|category)|"
        r"postmetadata|filed-under|tagged|post__tags|entry__tags|single-tags|meta-tags|jp-relatedposts-tags|"
        r"mh-tags|meta-bottom",
    ),
    (
        "bio",
        r"(?:author|about-author|about-the-author|post-author|entry-author|article-author|single-author|authors|"
        r"contributor|guest-author)[-_](?:box|bio|info|description|desc|card|profile|about|details|block|area|"
        r"wrap(?:per)?|section|content|biography|text|meta-box|container|panel|title-wrap)[\w-]*|authorbox[\w-]*|"
        r"author-box|author_box|authorinfo|author_bio[\w-]*|"
        r"about[-_](?:the[-_])?authors?[\w-]*|abh_box[\w-]*|saboxplugin[\w-]*|sabox[\w-]*|m-a-box[\w-]*|"
        r"molongui[\w-]*|pp-multiple-authors-boxes-wrapper|pp-author-boxes[\w-]*|ppma-[\w-]*box[\w-]*|"
        r"multiple-authors[\w-]*|ts-fab-wrapper|wp-block-post-author(?:-biography)?|wp-block-post-author__[\w-]+|"
        r"wp-about-author[\w-]*|wpa-[\w-]*author[\w-]*|td-author-name|td-author-description|"
        r"td_block_author_box|td-post-author-box|author-vcard|vcard-author|bio|bio-box|biography|author-bottom|"
        r"elementor-author-box[\w-]*|elementor-widget-author-box|post-author-box|coauthors?[\w-]*|writer-bio|"
        r"entry-author-info|starbox[\w-]*|gpt-author|penci-author-content|author-post|mks_author_widget|"
        r"sbb-author|byline-bio|guaven-author|article-bio|contributor-bio",
    ),
    (
        "newsletter",
        r"newsletters?|newsletter[-_][\w-]+|[\w-]*[-_]newsletter(?:[-_](?:form|signup|box|widget|block|wrap|cta|"
        r"banner))?|mc4wp-form[\w-]*|mc_embed_signup|mailpoet[\w-]*|mailerlite[\w-]*|ml-form[\w-]*|optin[\w-]*|"
        r"optinmonster[\w-]*|om-holder|hustle[\w-]*|subscribe|subscribe[-_][\w-]+|subscription[-_](?:form|box|"
        r"widget)|subscription|jetpack_subscription_widget|wp-block-jetpack-subscriptions[\w-]*|"
        r"wp-block-jetpack-mailchimp|formkit-[\w-]+|convertkit-[\w-]+|ck_form[\w-]*|seva-form|sib-form|"
        r"sib_signup_form|email-?sign-?up[\w-]*|sign-?up[-_](?:form|box|widget)|tnp[-_][\w-]+|tnp|"
        r"bloom[\w-]*form[\w-]*|et_bloom[\w-]*|hs-form[\w-]*|hbspt-form|hs_cos_wrapper_form|kit-form|"
        r"thrv_lead_generation[\w-]*|email-form|inline-subscribe|mailmunch[\w-]*|mailchimp[\w-]*|es_form_wrapper|"
        r"icegram[\w-]*|substack-[\w-]*",
    ),
    (
        "appeal",
        r"support[-_](?:box|us|cta|banner|block|message|appeal|our-work)[\w-]*|donat(?:e|ion)s?|donat(?:e|"
        r"ion)s?[-_](?:box|form|cta|banner|button|block|appeal|message|widget|inline)[\w-]*|[\w-]+[-_]donat(?:e|"
        r"ion)s?(?:[-_](?:box|cta|banner|block|form|button))?|wp-block-jetpack-donations[\w-]*|give-form[\w-]*|"
        r"give-wrap|patreon[\w-]*|membership-(?:cta|box|banner)[\w-]*|appeal[\w-]*|kofi[\w-]*|ko-fi[\w-]*|"
        r"buymeacoffee[\w-]*|bmc-[\w-]+|seamless-donations[\w-]*|fundrais(?:ing|er)[\w-]*|paypal-donations?|"
        r"tip-jar",
    ),
    (
        "chrome",
        r"wp-block-buttons?|wp-block-button__link|elementor-widget-button|elementor-button-wrapper|"
        r"et_pb_button_module_wrapper|et_pb_promo[\w-]*|fusion-button-wrapper|uagb-buttons[\w-]*|"
        r"wp-block-kadence-advancedbtn|elementor-cta[\w-]*|elementor-widget-call-to-action|cta|cta[-_][\w-]+|"
        r"[\w-]+[-_]cta|call-to-action[\w-]*|post-nav-links|page-links?|page-link|pagelink|nav-links?|navigation|"
        r"post-navigation|posts-navigation|nav-single|nav-below|nav-above|post-nav|prev-next|pagination|pager|"
        r"breadcrumbs?|breadcrumb[-_][\w-]+|rank-math-breadcrumb|yoast-breadcrumbs?|screen-reader-text|sr-only|"
        r"visually-hidden|skip-link|entry-meta|entry__meta|post-meta|post__meta|post_meta|article-meta|"
        r"article__meta|meta-info|entry-byline|"
        r"td-module-meta-info|wp-block-post-date|wp-block-post-author-name|wp-block-post-navigation-link|"
        r"wp-block-post-title|wp-block-post-featured-image__overlay|ez-toc[\w-]*|lwptoc[\w-]*|toc|toc_container|"
        r"toc[-_](?:wrapper|list|box|title|container)|table-of-contents[\w-]*|rank-math-toc[\w-]*|"
        r"wp-block-rank-math-toc-block|kb-table-of-content[\w-]*|wp-block-kadence-tableofcontents|"
        r"aioseo-table-of-contents|wp-block-aioseo-table-of-contents|"
        r"wp-block-yoast-seo-table-of-contents|yoast-table-of-contents|uagb-toc[\w-]*|"
        r"wp-block-uagb-table-of-contents|simpletoc[\w-]*|wp-block-simpletoc-toc|elementor-toc[\w-]*|"
        r"elementor-widget-table-of-contents|sp-easy-toc|post-toc|article-toc|adsbygoogle|advertisement|advert|"
        r"advertising|ad-(?:container|wrapper|slot|unit|block|banner|label|box|placement|inserter|zone|space|"
        r"break)[\w-]*|ads|adbox|google-auto-placed|"
        r"ai_widget|code-block-label|mv-ad-box|adthrive[\w-]*|post-views[\w-]*|views-count|reading-time|read-time|"
        r"rt-reading-time|span-reading-time|bsf-rt-reading-time|post-modified-info|sponsored|cookie-[\w-]+|"
        r"cookie_[\w-]+|gdpr[\w-]*|popup[\w-]*|modal|modal-[\w-]+|jp-carousel-[\w-]+|searchform|search-form|"
        r"login-form|wp-block-search|wp-block-loginout|wp-block-spacer|print-only|noprint|skip-to-content|"
        r"back-to-top|scroll-to-top|wp-block-wp-dark-mode[\w-]*|trp-language-switcher|wpml-ls[\w-]*|lang-switcher|"
        r"tts-[\w-]+|gspeech[\w-]*|listen-[\w-]+|audio-player-[\w-]+|elementor-widget-post-info|"
        r"elementor-post-info[\w-]*|copyright|site-footer|site-header|main-navigation|sidebar|widget-area|"
        r"widgets-area|sidebar-(?:widget|area|content|left|right|primary|inner|column|wrap|wrapper|container)s?|"
        r"edit-link|post-edit-link|more-link|affiliate-disclosure|wp-post-image-credit|"
        r"jump-to-recipe|wprm-recipe-jump|wprm-recipe-print|wprm-recipe-snippet|tasty-recipes-jump[\w-]*|"
        r"wprm-jump[\w-]*|mv-create-jtr[\w-]*|feast-[\w-]*(?:jump|toc)[\w-]*|dpsp-post-pinterest[\w-]*|wpcnt|wpa|"
        r"wpcom-reblog-snapshot|geo-post|i-amphtml[\w-]*",
    ),
)
_MATCHERS = tuple((kind, re.compile(f"(?:{pattern})")) for kind, pattern in _NAMES)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


@dataclass(frozen=True, slots=True)
class Region:
    kind: BlockKind
    rule: str


@lru_cache(maxsize=20_000)
def _kind_of_name(name: str) -> BlockKind | None:
    for kind, matcher in _MATCHERS:
        if matcher.fullmatch(name):
            return kind
    return None


def region_of(element: Element) -> Region | None:
    """What the element's own markup says it is, without looking at its text."""
    return _by_names(tokens(element)) or _by_tag(element)


@lru_cache(maxsize=20_000)
def _by_names(names: tuple[str, ...]) -> Region | None:
    for name in names:
        kind = _kind_of_name(name)
        if kind is not None:
            return Region(kind, f"class:{name}")
    return None


def is_box(name: str) -> bool:
    """Does a class or id say that its element is a box beside the text?"""
    return _kind_of_name(name) is not None


def _by_tag(element: Element) -> Region | None:
    tag = element.tag
    if tag == "nav":
        return Region("chrome", "tag:nav")
    if tag == "form":
        text = " ".join(filter(None, (element.get("action"), element.get("name")))).lower()
        mail = (
            "subscri" in text
            or "newsletter" in text
            or next((e for e in element.iter("input") if e.get("type") == "email"), None) is not None
        )
        return Region("newsletter", "tag:form-email") if mail else Region("chrome", "tag:form")
    style = element.get("style")
    if (style and _HIDDEN_STYLE.search(style)) or element.get("hidden") is not None:
        return Region("chrome", "hidden")
    if element.get("role") in ("navigation", "search", "dialog", "complementary-navigation"):
        return Region("chrome", "role")
    return None


def regions_in(container: Element) -> dict[Element, Region]:
    """The outermost boxes of a container, each with its kind. A box that holds much of the container's own text is none:
    a class name is a hint, and no hint may cost an article."""
    found: dict[Element, Region] = {}
    total = -1
    for element in container.iterdescendants():
        if not isinstance(element.tag, str) or (element.tag in ("a", "img", "br", "p", "body") and not element.get("class")):
            continue
        region = region_of(element)
        if region is None or any(up in found for up in element.iterancestors()):
            continue
        if is_longer(element, 500) and (size := plain_size(element)) > 500:
            total = plain_size(container) if total < 0 else total
            if size > total * 0.3:
                continue
        found[element] = region
    return found


def plain_size(element: Element) -> int:
    """Characters of text outside links."""
    linked = sum(len(text_of(a)) for a in element.iter("a"))
    return max(0, len(text_of(element)) - linked)


# Parts of a page that are never its article; used to weigh containers, not to label.
NEVER_ARTICLE = word_set(
    "comments respond commentlist comment-list sidebar secondary widget-area footer site-footer colophon "
    "related-posts related jp-relatedposts cookie-notice cookie-law-info-bar menu navigation disqus_thread "
    "comments-area wpdcom modal popup"
)
