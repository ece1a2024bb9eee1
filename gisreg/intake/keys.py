"""The keys by which ledgers join parcels, and what else a command must know of ledgers without reading one."""

PARCEL_CODE = "parcel_code"
KEYS = (
    PARCEL_CODE, "cadastral_code", "real_estate_unit_code", "supervision_no", "source_code", "contract_no",
    "project_code", "approval_no",
)  # fmt: skip
"""The surest first: several parcels may come from one contract, project or approval."""
IDENTIFYING = KEYS[:5]
"""Two of these that lead to different parcels contradict each other."""
NO_CRS = "-"
"""What a report says of the CRS of a file without shapes."""
