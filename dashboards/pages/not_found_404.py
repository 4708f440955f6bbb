"""Where a misspelt link ends; Dash finds it by the name of the module."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component

from dashboards import texts
from dashboards.components import message
from dashboards.page import Page, PageContext
from dashboards.state import link


def _content(context: PageContext) -> Component:
    language = context.language
    back = dcc.Link(texts.BACK_TO_OVERVIEW(language), href=link("/", language, context.state), className="button")
    return message(texts.NOT_FOUND(language), texts.NOT_FOUND_BODY(language), back)


PAGE = Page(path="/not-found", title=texts.NOT_FOUND, order=99, content=_content, is_listed=False)
