"""PDF: a link that opens it in the browser's own viewer.

It is not embedded: a sandboxed frame shows no PDF in Chromium, an unsandboxed one loads the viewer
with the page, and on a phone either is a grey box.
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


@renderer("application/pdf")
def render_pdf(request: ArtifactRequest) -> Fragment:
    """Link to a PDF."""
    head = request.read(16)
    is_pdf = head.startswith(b"%PDF-")
    version = head[5:8].decode("ascii", "replace") if is_pdf else ""
    view = PdfView(
        href=request.href, name=request.name, version=f"PDF {version}" if version else ""
    )
    problem = None if is_pdf else request.problem("Not a PDF", "The bytes do not begin with %PDF")
    opens = is_pdf and suffix_of(request.site_path) == "pdf"
    return Fragment(
        template="fragments/pdf.html.j2",
        context=view,
        page=request.site_path if opens else "",
        problem=problem,
    )
