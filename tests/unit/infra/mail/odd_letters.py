"""A corpus of letters that nobody should write and many do, built by code, with what a person should see of each."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from quopri import encodestring

HELLO = "Здравствуйте, где мой заказ № 15?"
PLAIN_HELLO = HELLO.replace("№", "N")


@dataclass(frozen=True)
class OddLetter:
    """A letter, and what is seen of it."""

    name: str
    raw: bytes
    text: str
    subject: str = "Вопрос"
    files: tuple[tuple[str, bytes], ...] = ()
    is_readable: bool = True


def _letter(head: bytes, body: bytes, subject: bytes = b"=?utf-8?b?0JLQvtC/0YDQvtGB?=") -> bytes:
    lines = [b"From: =?koi8-r?B?4c7OwQ==?= <anna@example.net>", b"To: shop@mail.example", b"Subject: " + subject]
    lines += [b"Date: Fri, 20 Nov 2026 12:00:00 +0300", b"Message-ID: <odd@example.net>", b"MIME-Version: 1.0"]
    return b"\r\n".join([*lines, *([head] if head else []), b"", body, b""])


def _in(charset: str, declared: str, encoding: str = "8bit", text: str = PLAIN_HELLO) -> bytes:
    """A plain text in one charset that claims another."""
    data = text.encode(charset)
    encoded = {"8bit": data, "base64": b64encode(data), "quoted-printable": encodestring(data)}[encoding]
    return _letter(
        f"Content-Type: text/plain; charset={declared}\r\nContent-Transfer-Encoding: {encoding}".encode(), encoded
    )


def _mixed(*parts: bytes, closing: bytes = b"--b--") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + closing


_TEXT_PART = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + HELLO.encode()
_MULTIPART = b"Content-Type: multipart/mixed; boundary=b"
_HTML = "<html><head><meta charset=windows-1251><title>нет</title></head><body><p>{}</p></body></html>"


def _file(disposition: bytes, content: bytes = b"content", head: bytes = b"Content-Type: application/pdf") -> bytes:
    return _letter(_MULTIPART, _mixed(_TEXT_PART, head + b"\r\n" + disposition + b"\r\n\r\n" + content))


CHARSETS = [
    OddLetter("koi8-r", _in("koi8-r", "koi8-r"), PLAIN_HELLO),
    OddLetter("koi8-r in base64", _in("koi8-r", "KOI8-R", "base64"), PLAIN_HELLO),
    OddLetter("cp1251 in quoted-printable", _in("cp1251", '"Windows-1251"', "quoted-printable", HELLO), HELLO),
    OddLetter("cp866 of an old program", _in("cp866", "cp866"), PLAIN_HELLO),
    OddLetter("iso-8859-5", _in("iso-8859-5", "iso-8859-5"), PLAIN_HELLO),
    OddLetter(
        "koi8-u for Ukrainian", _in("koi8-u", "koi8-u", text="Де моє замовлення? Їжак"), "Де моє замовлення? Їжак"
    ),
    OddLetter("utf-16", _in("utf-16", "utf-16", "base64"), PLAIN_HELLO),
    OddLetter("utf-7", _letter(b"Content-Type: text/plain; charset=utf-7", "Где заказ?".encode("utf-7")), "Где заказ?"),
    OddLetter("iso-2022-jp", _in("iso2022_jp", "ISO-2022-JP", text="注文はどこですか"), "注文はどこですか"),
    OddLetter("gb18030 called gb2312", _in("gb18030", "gb18030", text="我的订单在哪里"), "我的订单在哪里"),
    OddLetter("a charset that is none", _in("utf-8", "x-unknown", text=HELLO), HELLO),
    OddLetter("a charset of nonsense", _in("cp1251", "=?utf-8?q?x?="), PLAIN_HELLO),
    OddLetter("utf-8 that is cp1251", _in("cp1251", "utf-8"), PLAIN_HELLO),
    OddLetter("us-ascii that is koi8-r", _in("koi8-r", "us-ascii"), PLAIN_HELLO),
    OddLetter("no charset at all", _letter(b"", PLAIN_HELLO.encode("cp1251")), PLAIN_HELLO),
    OddLetter("utf-8 with a byte order mark", _letter(b"", b"\xef\xbb\xbf" + HELLO.encode()), HELLO),
    OddLetter(
        "html whose meta says another charset",
        _letter(b"Content-Type: text/html; charset=utf-8", _HTML.format(HELLO).encode()),
        HELLO,
    ),
]
HEADERS = [
    OddLetter(
        "8-bit subject in cp1251", _letter(b"", b"text", "Вопрос о заказе".encode("cp1251")), "text", "Вопрос о заказе"
    ),
    OddLetter("8-bit subject in utf-8", _letter(b"", b"text", "Вопрос".encode()), "text"),
    OddLetter(
        "words of two charsets side by side",
        _letter(b"", b"text", b"=?koi8-r?B?98/Q0s/T?= =?windows-1251?Q?_=EE_=E7=E0=EA=E0=E7=E5?="),
        "text",
        "Вопрос о заказе",
    ),
    OddLetter(
        "a character cut in half between two words",
        _letter(b"", b"text", b"=?utf-8?b?0JLQvtC/0YA=?=\r\n =?utf-8?b?0L7R?= =?utf-8?b?gQ==?="),
        "text",
    ),
    OddLetter("a word with a language", _letter(b"", b"text", b"=?utf-8*ru?q?=D0=92=D0=BE?="), "text", "Во"),
    OddLetter("a word that is not closed", _letter(b"", b"text", b"=?utf-8?b?0JLQ"), "text", "=?utf-8?b?0JLQ"),
    OddLetter("a word of bad base64", _letter(b"", b"text", b"=?utf-8?b?0JLQvtC/0YDQvtGB!!?="), "text"),
    OddLetter("a huge subject", _letter(b"", b"text", b"a" * 100_000), "text", "a" * 1000),
    OddLetter("thousands of headers", _letter(b"\r\n".join(b"X-%d: y" % n for n in range(3000)), b"text"), "text"),
    OddLetter("a subject over many lines", _letter(b"", b"text", b"a\r\n b\r\n\tc"), "text", "a b c"),
    OddLetter("bare line feeds", _letter(b"", b"one\ntwo").replace(b"\r\n", b"\n"), "one\ntwo"),
    OddLetter("a header line without a colon", _letter(b"this is no header", b"text"), "this is no header\n\ntext"),
    OddLetter("an empty subject", _letter(b"", b"text", b""), "text", ""),
    OddLetter("controls in the subject", _letter(b"", b"text", b"a\x01b\x07c"), "text", "abc"),
]
FILES = [
    OddLetter(
        "RFC 2231 in pieces",
        _file(
            b"Content-Disposition: attachment;\r\n"
            b" filename*0*=utf-8''%D0%A1%D1%87; filename*1*=%D1%91%D1%82; filename*2=.pdf"
        ),
        HELLO,
        files=(("Счёт.pdf", b"content"),),
    ),
    OddLetter(
        "RFC 2231 in cp1251",
        _file(b"Content-Disposition: attachment; filename*=windows-1251'ru'%D1%F7%B8%F2.pdf"),
        HELLO,
        files=(("Счёт.pdf", b"content"),),
    ),
    OddLetter(
        "RFC 2047 where it is forbidden",
        _file(
            b'Content-Disposition: attachment; filename="=?koi8-r?B?' + b64encode("Счет.pdf".encode("koi8-r")) + b'?="'
        ),
        HELLO,
        files=(("Счет.pdf", b"content"),),
    ),
    OddLetter(
        "both at once, the plain one for old clients",
        _file(
            b"Content-Disposition: attachment; filename=\"Schet.pdf\"; filename*=utf-8''%D0%A1%D1%87%D1%91%D1%82.pdf"
        ),
        HELLO,
        files=(("Счёт.pdf", b"content"),),
    ),
    OddLetter(
        "an 8-bit name",
        _file('Content-Disposition: attachment; filename="Счёт.pdf"'.encode("cp1251")),
        HELLO,
        files=(("Счёт.pdf", b"content"),),
    ),
    OddLetter(
        "a name in the content type only",
        _file(b"Content-Disposition: attachment", head=b"Content-Type: application/pdf; name*=utf-8''%D0%A1.pdf"),
        HELLO,
        files=(("С.pdf", b"content"),),
    ),
    OddLetter(
        "broken base64 in a file",
        _file(
            b"Content-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64", b"Y29u!dGVu\r\n#dA"
        ),
        HELLO,
        files=(("a.bin", b"content"),),
    ),
    OddLetter(
        "winmail.dat of Outlook",
        _file(
            b"Content-Disposition: attachment; filename=winmail.dat",
            b"\x78\x9f\x3e\x22",
            b"Content-Type: application/ms-tnef",
        ),
        HELLO,
        files=(("winmail.dat", b"\x78\x9f\x3e\x22"),),
    ),
    OddLetter(
        "a letter in a letter in a letter",
        _letter(
            _MULTIPART,
            _mixed(
                _TEXT_PART,
                b"Content-Type: message/rfc822\r\n\r\n"
                b"Subject: one\r\nContent-Type: message/rfc822\r\n\r\nSubject: two\r\n\r\ndeep",
            ),
        ),
        HELLO,
        files=(("letter.eml", b"Subject: one\nContent-Type: message/rfc822\n\nSubject: two\n\ndeep"),),
    ),
]
BODIES = [
    OddLetter(
        "broken base64",
        _letter(
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64",
            b64encode(HELLO.encode())[:-2] + b"!!",
        ),
        HELLO,
    ),
    OddLetter("base64 that is plain text", _letter(b"Content-Transfer-Encoding: x-own", b"plain text"), "plain text"),
    OddLetter(
        "bad quoted-printable",
        _letter(
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable", b"100=% sure=zz"
        ),
        "100=% sure=zz",
    ),
    OddLetter("a boundary that never ends", _letter(_MULTIPART, _mixed(_TEXT_PART, closing=b"")), HELLO),
    OddLetter("a multipart without a boundary", _letter(b"Content-Type: multipart/mixed", b"just text"), "just text"),
    OddLetter("a multipart of nothing", _letter(_MULTIPART, b""), ""),
    OddLetter("a content type that is none", _letter(b"Content-Type: text", b"still text"), "still text"),
    OddLetter(
        "an html page and an empty text",
        _letter(
            b"Content-Type: multipart/alternative; boundary=b",
            _mixed(
                b"Content-Type: text/plain\r\n\r\n",
                b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + HELLO.encode() + b"</p>",
            ),
        ),
        HELLO,
    ),
    OddLetter(
        "uuencoded inside",
        _letter(b"Content-Transfer-Encoding: x-uuencode", b"begin 644 a.txt\r\n#8V%T\r\n`\r\nend"),
        "cat",
    ),
    OddLetter("parts without end", _letter(_MULTIPART, b"--b\r\n\r\nx\r\n" * 300), "", is_readable=False),
]
ODD_LETTERS = [*CHARSETS, *HEADERS, *FILES, *BODIES]
