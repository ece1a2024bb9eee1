"""Boundary points as text (勘测定界界址点坐标交换格式): the file that survey offices and the approval system exchange.

A head of ``key=value`` lines, then for each parcel one line of attributes and its points. There is no published
standard, and every program writes it a little differently; what is read is what was seen, and nothing is guessed:

- ``lines``: the text taken apart, line by line;
- ``axes``: metres or degrees, with or without a zone's number, north or east first;
- ``rings``: points into rings, rings into polygons;
- ``areas``: the stated area and its unit;
- ``faults``: what may be said about a parcel;
- ``judging``: a parcel's points judged, its shape and area made;
- ``source``: all of it as rows.
"""
