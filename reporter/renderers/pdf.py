"""PDF: opened in the browser's own viewer, in a tab, or beside the tree at a click.

Not before: a sandboxed frame shows no PDF in Chromium, an unsandboxed one loads the viewer with the
page, and on a phone either is a grey box. What is framed says by its bytes and by its name that it
is a PDF, so no server takes it for a page.
"""

from __future__ import annotations

from dataclasses import dataclass

from reporter.mediatypes import suffix_of
from reporter.renderers.registry import ArtifactRequest, Fragment, renderer

__all__ = ["PdfView", "render_pdf"]


@dataclass(frozen=True, kw_only=True)
class PdfView:
    """A document to open."""

    href: str
    """Empty when it is not in the site."""
    name: str
    version: str
    """``PDF 1.7``; empty when the header does not say."""
    is_framed: bool
    """Whether the page may show it: its bytes and its name both say that it is one."""


@renderer("application/pdf")
def render_pdf(request: ArtifactRequest) -> Fragment:
    """Link to a PDF."""
    head = request.read(16)
    is_pdf = head.startswith(b"%PDF-")
    version = head[5:8].decode("ascii", "replace") if is_pdf else ""
    opens = is_pdf and suffix_of(request.site_path) == "pdf"
    view = PdfView(
        href=request.href,
        name=request.name,
        version=f"PDF {version}" if version else "",
        is_framed=opens,
    )
    problem = None if is_pdf else request.problem("Not a PDF", "The bytes do not begin with %PDF")
    return Fragment(
        template="fragments/pdf.html.j2",
        context=view,
        page=request.site_path if opens else "",
        problem=problem,
    )
