"""Composition of the dashboards: one Dash app, the pages found in ``pages/``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial
from pathlib import Path

import dash
import dash_mantine_components as dmc
from dash import Dash, html

from dashboards import pages, shell, texts
from dashboards.page import Page
from warehouse.settings import Settings

_INDEX = """<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    {%metas%}
    <title>{%title%}</title>
    <link rel="icon" type="image/svg+xml" href="static/favicon.svg">
    {%css%}
  </head>
  <body>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>"""


def find_pages() -> dict[str, Page]:
    """Every page by the name of its module, in the order of the navigation."""
    found = {
        name: importlib.import_module(name).PAGE
        for _, name, _ in pkgutil.iter_modules(pages.__path__, f"{pages.__name__}.")
    }
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


def create_app(settings: Settings) -> Dash:
    """Build the dashboards for one deployment; ``.server`` is the WSGI application.

    Everything the browser loads comes from this server: the bundles of Dash and Mantine, ``static/``, no CDN.
    """
    app = Dash(
        "dashboards",
        assets_folder=str(Path(__file__).parent / "static"),
        assets_url_path="static",
        use_pages=True,
        pages_folder="",
        serve_locally=True,
        suppress_callback_exceptions=True,
        title=texts.PRODUCT("zh"),
        update_title="",
        index_string=_INDEX,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    found = find_pages()
    dash.page_registry.clear()
    for name, page in found.items():
        dash.register_page(
            name,
            path=page.path,
            order=page.order,
            title=f"{page.title('zh')} · {texts.PRODUCT('zh')}",
            layout=partial(shell.render, page, tuple(found.values()), settings),
        )
    app.layout = dmc.MantineProvider(html.Div(dash.page_container), theme=shell.THEME, forceColorScheme="light")
    shell.register_callbacks(app)
    return app
