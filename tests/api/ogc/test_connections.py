"""Several requests over one connection, with and without bodies, as a program sends them that waits for none."""

import json
import socket
from urllib.parse import urlsplit


def asked(address, *requests):
    """All that comes back for requests sent at once, the last of which ends the connection."""
    there = urlsplit(address)
    lines = [f"{request} HTTP/1.1\r\nHost: {there.netloc}\r\n" for request in requests]
    with socket.create_connection((there.hostname, there.port), timeout=30) as client:
        client.sendall("\r\n".join(lines).encode() + b"Connection: close\r\n\r\n")
        told = b""
        while piece := client.recv(65536):
            told += piece
    return told


def test_answers_come_in_order_and_each_is_whole(address):
    one = "/ogc/collections/parcels/items/149901-0000004"
    told = asked(address, f"GET {one}", f"HEAD {one}", "GET /ogc/nowhere", f"GET {one}?properties=kind")
    heads = [part.split(b" ", 1)[0] for part in told.split(b"HTTP/1.1 ")[1:]]
    assert heads == [b"200", b"200", b"404", b"200"]
    whole = [part.partition(b"\r\n\r\n")[2] for part in told.split(b"HTTP/1.1 ")[1:]]
    assert json.loads(whole[0])["id"] == "149901-0000004"
    assert whole[1] == b""
    assert json.loads(whole[2])["status"] == 404
    assert list(json.loads(whole[3])["properties"]) == ["kind"]


def test_who_waits_to_be_told_to_go_on_is_told(address):
    there = urlsplit(address)
    body = b'{"type":"Feature","geometry":null,"properties":{}}'
    with socket.create_connection((there.hostname, there.port), timeout=10) as client:
        client.sendall(
            f"POST /ogc/collections/townships/items HTTP/1.1\r\nHost: {there.netloc}\r\nExpect: 100-continue\r\n"
            f"Content-Type: application/geo+json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        )
        told = client.recv(65536)
        client.sendall(body)
        while piece := client.recv(65536):
            told += piece
    assert told.rsplit(b"HTTP/1.1 ", 1)[1].startswith(b"405 ")
