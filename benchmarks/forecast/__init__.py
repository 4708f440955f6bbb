"""Demand forecasts measured on any table of demand, beside seasonal naive and ``statsforecast``.

The forecasts are those of the platform: the same dbt models, run over a temporary warehouse in which the tables that
they read are filled from the given one. ``python -m benchmarks.forecast --help`` says how to call it.
"""
