"""Data Docs: Great Expectations' static site, made to open without a network.

The site asks content networks for its styles and scripts; they are taken out, and one small style sheet stands in.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

_SITE = "published_checks"
_STYLE_NAME = "static/offline.css"
_EXTERNAL = re.compile(
    r"<script[^>]*\bsrc=[\"']https?://[^>]*>\s*</script>|<link[^>]*\bhref=[\"']https?://[^>]*>", re.DOTALL
)
_EXTERNAL_IMAGE = re.compile(r"<img[^>]*\bsrc=[\"']https?://[^>]*>", re.DOTALL)
_STYLE = """\
body { font-family: system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; line-height: 1.4; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { border: 1px solid #ccc; padding: .4rem .6rem; text-align: left; vertical-align: top; }
.fa-check-circle::before, .fa-circle-check::before { content: "\\2713"; color: #15803d; }
.fa-times::before, .fa-xmark::before { content: "\\2717"; color: #b91c1c; }
.fa-exclamation-triangle::before { content: "!"; color: #b45309; }
.navbar, .breadcrumb, ul { list-style: none; padding-left: 0; }
.badge { border: 1px solid #999; border-radius: .3rem; padding: 0 .4rem; margin-right: .3rem; }
.modal, .d-none, .ge-walkthrough { display: none; }
.alert { padding: .6rem 1rem; background: #f3f4f6; border-radius: .3rem; }
"""


def add_site(context: EphemeralDataContext, folder: Path) -> None:
    """Register the site that :func:`build_site` writes into ``folder``."""
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder / "site")}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    config = {
        "class_name": "SiteBuilder",
        "store_backend": store,
        "site_index_builder": index,
        "show_how_to_buttons": False,
    }
    context.add_data_docs_site(_SITE, config)  # type: ignore[arg-type] - a plain dict is what GX documents


def build_site(context: EphemeralDataContext, folder: Path) -> Path:
    """Write the site of the last run anew; returns its ``index.html``."""
    site = folder / "site"
    shutil.rmtree(site, ignore_errors=True)
    context.build_data_docs(site_names=[_SITE])
    style = site / _STYLE_NAME
    style.parent.mkdir(parents=True, exist_ok=True)
    style.write_text(_STYLE, encoding="utf-8")
    for page in site.rglob("*.html"):
        to_root = "../" * (len(page.relative_to(site).parts) - 1)
        text = _EXTERNAL_IMAGE.sub("", _EXTERNAL.sub("", page.read_text(encoding="utf-8")))
        link = f'<link rel="stylesheet" href="{to_root}{_STYLE_NAME}">'
        page.write_text(text.replace("</head>", f"{link}</head>", 1), encoding="utf-8")
    return site / "index.html"
