"""One plan per parcel and its close-out (一地一策, 清单制+责任制+销号制): rules §3 and §4."""
