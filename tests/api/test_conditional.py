"""ETags, compression, HEAD."""

from gisreg.db.engine import Actor, make_engine, transaction


def test_unchanged_is_304_and_a_change_is_seen(client, api_settings, ask_again):
    again = ask_again("/parcels")
    assert (again.status_code, again.content) == (304, b"")
    tag = again.headers["etag"]
    engine = make_engine(api_settings.database_url, pool_size=0)
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.exec_driver_sql("UPDATE parcel SET remark = 'x' WHERE parcel_code = '149901-0000005'")
    changed = client.get("/parcels", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_each_question_and_language_has_its_own_tag(client):
    tags = {
        client.get(address, headers=headers).headers["etag"]
        for address in ("/parcels", "/parcels?limit=2", "/townships")
        for headers in ({}, {"accept-language": "en"})
    }
    assert len(tags) == 6


def test_long_answers_are_compressed(client):
    assert client.get("/parcels", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/health", headers={"accept-encoding": "gzip"}).headers


def test_head_is_get_without_a_body(client):
    head, get = client.head("/queryables"), client.get("/queryables")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert client.head("/townships").headers["etag"]
