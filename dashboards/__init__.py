"""Dashboards for management: Dash pages that read the published snapshot and nothing else.

Belongs here: what is shown and how. Does not belong here: how a KPI is rolled up (:mod:`warehouse.kpi_values`).
A page is a file in ``pages/`` with a ``PAGE``; :func:`dashboards.app.create_app` finds it there.
"""
