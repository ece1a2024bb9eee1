"""Ledgers (台账) as offices keep them, in XLSX, XLS and CSV: rows that state facts about parcels and have no shape.

A file becomes a sheet of texts (:mod:`.xlsx`, :mod:`.xls`, :mod:`.table_text`), its header is found (:mod:`.header`),
its totals are taken out and compared (:mod:`.totals`), what is left is a source like any other (:mod:`.source`). Its
rows join parcels by their keys or become parcels without a boundary yet (:mod:`.registering`).
"""
