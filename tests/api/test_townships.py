"""Totals by township."""


def test_rows_sum_to_the_county_and_closed_parcels_are_not_left(client):
    body = client.get("/townships").json()
    assert body["county"] == {"code": "149901", "name": "示例县", "name_en": "Sample County"}
    assert [row["code"] for row in body["items"]] == ["149901100", "149901101"]
    for figure in ("left_count", "left_mu", "not_closed_count", "registered_count", "revived_count"):
        assert abs(sum(row[figure] for row in body["items"]) - body["total"][figure]) < 1e-6
    assert (body["total"]["registered_count"], body["total"]["left_count"], body["total"]["revived_count"]) == (7, 6, 1)
    # official areas count; the one parcel without stands with its measured area
    assert abs(body["total"]["left_mu"] - (10_100 + 10_000 * (2 + 3 + 4 + 5 + 6)) * 0.0015) < 1e-6


def test_ranked_and_with_boundaries(client):
    ranked = client.get("/townships", params={"sort": "left"}).json()["items"]
    assert ranked[0]["left_mu"] >= ranked[1]["left_mu"]
    features = client.get("/townships", params={"format": "geojson"}).json()["features"]
    assert features[0]["geometry"]["type"] == "MultiPolygon"
    assert features[0]["properties"]["left_count"] == 3


def test_before_anything_was_recorded_nothing_is_left(client):
    body = client.get("/townships", params={"as_of": "2020-01-01"}).json()
    assert body["total"]["left_count"] == 0
