"""The HTTP API: reads the published snapshot; other services read KPI tables here.

Belongs here: routes, keys, error answers. Does not belong here: how a figure is rolled up
(:mod:`warehouse.kpi_values`) or what a snapshot is (:mod:`warehouse.snapshots`).
"""
