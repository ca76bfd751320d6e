"""From bytes to a page: decode, tell text from HTML from PDF, refuse what cannot be read."""

import hashlib
import io
import logging
import re

from charset_normalizer import from_bytes

from truceline.reading.answer import Unreadable
from truceline.reading.page.html import html_page
from truceline.reading.page.layout import text_blocks
from truceline.reading.page.page import Page

MAX_BYTES = 20_000_000
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.I)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|main|div|p|h1|meta)\b", re.I)
_CONTROL = bytes(c for c in (*range(9), *range(14, 32)) if c != 27)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
logging.getLogger("pypdf").setLevel(logging.ERROR)


def decode(data: bytes) -> tuple[str, str, bool]:
    """The text, its encoding, and whether the encoding had to be guessed.

    Line ends and a byte order mark stay as they are, so that offsets hold.

    Raises:
        Unreadable: the bytes are no text.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(name), name, False
            except UnicodeDecodeError as error:
                raise Unreadable(
                    f"begins like {name} text but is not ({error.reason}); save it as UTF-8"
                ) from None
    sample = data[:65536]
    control = len(sample) - len(sample.translate(None, _CONTROL))
    if control > len(sample) // 100 + (0 if b"\x00" in sample else 4):
        raise Unreadable("is binary, not text, HTML or PDF; give the document as one of these")
    try:
        return data.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(data[:4096])
    if declared:
        name = declared.group(1).decode("ascii").lower()
        try:
            if name not in ("utf-8", "utf8"):
                return data.decode(name), name, False
        except (LookupError, UnicodeDecodeError):
            pass
    best = from_bytes(data[:200_000]).best()
    for name in (best.encoding if best else "cp1252", "cp1252", "latin-1"):
        try:
            return data.decode(name), name, True
        except UnicodeDecodeError:
            continue
    raise Unreadable("is in no encoding that could be found; save it as UTF-8")


def looks_like_html(text: str) -> bool:
    """Whether ``text`` is a web page's source."""
    head = text[:3000].lstrip("\ufeff \t\r\n")
    if head.lower().startswith(("<!doctype html", "<html", "<?xml")):
        return True
    return bool(_HTML.search(text[:20000])) and len(_TAG.findall(text[:20000])) >= 3


def _pdf_text(data: bytes) -> str:
    from pypdf import PdfReader  # noqa: PLC0415 # slow to load; only PDFs need it
    from pypdf.errors import PyPdfError  # noqa: PLC0415 # as above

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("is a PDF with a password; save it without one")
        pages = [page.extract_text() for page in reader.pages]
    except Unreadable:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, OSError, RecursionError) as error:
        raise Unreadable(f"is a PDF that cannot be opened ({error}); save it anew") from None
    except Exception as error:  # a damaged PDF makes pypdf raise nearly anything
        raise Unreadable(
            f"is a damaged PDF ({type(error).__name__}: {error}); save it anew"
        ) from None
    text = "\f".join(pages)
    if len(re.sub(r"\s", "", text)) < 20:
        raise Unreadable(
            f"is a PDF of {len(pages)} pages without text (pictures of pages, perhaps); "
            "run text recognition (OCR) on it first"
        )
    return text


def open_page(data: bytes, *, name: str, max_bytes: int = MAX_BYTES) -> Page:
    """Decode ``data`` and cut it into blocks; no block is judged yet.

    Raises:
        Unreadable: empty, binary, too large, or a PDF without text.
    """
    if not data.strip():
        raise Unreadable("is empty; nothing to read")
    if len(data) > max_bytes:
        raise Unreadable(
            f"is {len(data) / 1e6:.0f} MB, more than the {max_bytes / 1e6:.0f} MB that are "
            "read at once; cut it into parts"
        )
    sha = hashlib.sha256(data).hexdigest()
    if data.lstrip()[:5] == b"%PDF-":
        text = _pdf_text(data)
        return Page(name, "pdf", "pdf", sha, text, text, text_blocks(text))
    text, encoding, guessed = decode(data)
    if not re.search(r"\w", text):
        raise Unreadable("has no letters or digits; nothing to read")
    if looks_like_html(text):
        page = html_page(text, name=name, sha256=sha, encoding=encoding)
    else:
        page = Page(name, "text", encoding, sha, text, text, text_blocks(text))
    page.guessed_encoding = guessed
    return page
