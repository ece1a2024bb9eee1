"""What leaves in one piece, and that nothing is held back for long."""

import pytest

from api.whole import WholeAnswers

HEAD, BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}"


class Wire:
    def __init__(self):
        self.sent = []

    def write(self, data):
        self.sent.append(bytes(data))

    def writelines(self, pieces):
        self.sent.append(b"".join(pieces))

    def close(self):
        self.sent.append("closed")

    def is_closing(self):
        return "closed" in self.sent


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def answers(wire):
    return WholeAnswers(wire)


def test_head_and_body_are_one_piece_and_what_follows_is_sent_at_once(wire, answers):
    for piece in (HEAD, BODY, HEAD, b""):
        answers.write(piece)
    answers.end_answer()
    answers.write(HEAD)
    answers.write(BODY)
    assert wire.sent == [HEAD + BODY, HEAD, b"", HEAD + BODY]


@pytest.mark.parametrize("end", ["end_answer", "close"])
def test_a_head_alone_is_sent_at_the_end(wire, answers, end):
    answers.write(HEAD)
    assert wire.sent == []
    getattr(answers, end)()
    assert wire.sent[0] == HEAD
    assert answers.is_closing() == (end == "close")


def test_who_is_to_go_on_is_told_at_once(wire, answers):
    answers.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    answers.write(HEAD)
    answers.write(BODY)
    assert wire.sent == [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + BODY]
