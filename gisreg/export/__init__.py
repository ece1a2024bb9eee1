"""Export: the registry's parcels as a file that other programs read."""

from gisreg.export.run import ExportSummary, export

__all__ = ["ExportSummary", "export"]
