"""Real sales of other trades as landing files of our feeds, so that the whole platform runs on them.

The data are not in the project. Each importer reads a public data set from a folder it is given, makes a
:class:`~benchmarks.importers.history.SalesHistory` of it, and :mod:`benchmarks.importers.landing` writes that as feeds,
with stock kept by an ERP of the common kind (:mod:`benchmarks.importers.erp`).
"""
