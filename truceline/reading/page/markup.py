"""What the tags, classes and names of a web page say: menu, caption, teaser, date."""

import re

BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "title",
        "option",
        "button",
        "label",
    ]
)


VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "select",
        "canvas",
        "audio",
        "video",
        "textarea",
        "math",
    ]
)


TAG_REASON = {
    "nav": "menu",
    "footer": "footer",
    "figcaption": "caption",
    "figure": "caption",
    "aside": "teaser",
    "form": "form",
    "button": "menu",
    "title": "page title",
    "menu": "menu",
    "dialog": "advert",
    "label": "form",
}


HINTS = (
    (
        "caption",
        re.compile(
            r"(?:^|[-_\s])(?:wp-)?(?:caption|figcaption|photo-?credit|image-?credit|credits?|photo-?info)(?:$|[-_\s])",
            re.I,
        ),
    ),
    (
        "byline",
        re.compile(
            r"(?:^|[-_\s])(?:byline|author(?:s|-\w+)?|bio|about-author|dateline-meta|post-meta|entry-meta|article-meta|meta|published|pubdate|timestamp-meta)(?:$|[-_\s])",
            re.I,
        ),
    ),
    (
        "tags",
        re.compile(
            r"(?:^|[-_\s])(?:tags?|tag-?list|keywords|topics?|taglist|post-tags)(?:$|[-_\s])", re.I
        ),
    ),
    (
        "advert",
        re.compile(
            r"(?:^|[-_\s])(?:ad|ads|advert\w*|sponsor\w*|promo\w*|outbrain|taboola|banner|cookie\w*|consent|gdpr|paywall|subscribe|subscription|newsletter\w*|signup)(?:$|[-_\s])",
            re.I,
        ),
    ),
    (
        "teaser",
        re.compile(
            r"(?:^|[-_\s])(?:related\w*|recommend\w*|recent(?:-\w+)?|teasers?|read-?(?:more|also|next)|more-?(?:stories|news|on)|see-?also|trending|most-?(?:read|popular|viewed)|popular|latest(?:-\w+)?|sidebar|widget|carousel|also-?read|up-?next)(?:$|[-_\s])",
            re.I,
        ),
    ),
    (
        "menu",
        re.compile(
            r"(?:^|[-_\s])(?:nav\w*|menu\w*|(?:bread)?crumbs?|toolbar|topbar|skip-?link|masthead|site-?header|pagination|pager|language-?switch\w*)(?:$|[-_\s])",
            re.I,
        ),
    ),
    (
        "share",
        re.compile(
            r"(?:^|[-_\s])(?:share\w*|sharing|social\w*|follow-us|sharedaddy|print-?link)(?:$|[-_\s])",
            re.I,
        ),
    ),
    (
        "comments",
        re.compile(
            r"(?:^|[-_\s])(?:comments?|comment-?(?:list|form|respond)|respond|disqus\w*)(?:$|[-_\s])",
            re.I,
        ),
    ),
    (
        "footer",
        re.compile(
            r"(?:^|[-_\s])(?:footer|site-?footer|page-?footer|colophon|copyright|legal|disclaimer)(?:$|[-_\s])",
            re.I,
        ),
    ),
    (
        "hidden",
        re.compile(
            r"(?:^|[-_\s])(?:hidden|visually-hidden|sr-only|screen-reader-text|d-none)(?:$|[-_\s])",
            re.I,
        ),
    ),
)


MAIN = re.compile(r"article|entry-content|post-content|story|content-?body|main", re.I)


DATE_NAMES = frozenset(
    [
        "article:published_time",
        "datepublished",
        "og:published_time",
        "date",
        "dc.date",
        "dc.date.issued",
        "dcterms.created",
        "dcterms.date",
        "pubdate",
        "publishdate",
        "publish-date",
        "parsely-pub-date",
        "sailthru.date",
        "article.published",
        "cxenseparse:recs:publishtime",
    ]
)


ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
