"""What a device can put into any text that it sends, so that whoever shows the text obeys it, is deceived by it, or breaks.

TERMINAL is obeyed by a terminal (ECMA-48; xterm's "Control Sequences": OSC 0, 8 and 52, DCS), BIDI deceives a reader (Unicode Standard Annex 9; "Trojan
Source", CVE-2021-42574), HTML runs in a browser, each of FORMULAS in a spreadsheet (OWASP, "CSV Injection"), MARKDOWN is drawn as a link, FORGED looks like
a line of somebody else's report or log, and BROKEN ends a string of JSON, XML, TOML or SQL.
"""

TERMINAL = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31m\x1b]8;;http://10.77.0.250/\x1b\\click\x1b]8;;\x1b\\\x1b]52;c;cHduZWQ=\x07\x1bP$q\x1b\\"
    "\x9b31m\x9d0;owned\x9c\x85\x7f\x08\x0b\x0c"
)
BIDI = "\u202egpj.exe\u2066\u2069\u200b\u200d\ufeff\u00ad\u2028\u2029\U000e0041"
HTML = "<script>alert(1)</script><svg/onload=alert(1)><img src=x onerror=alert(1)>\"'></td></table>"
FORMULAS = ('=HYPERLINK("http://10.77.0.250/")', "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1")
MARKDOWN = (
    "[click](javascript:alert(1)) ![x](http://10.77.0.250/x.png) | a | **b** `c` <!-- [bold red]rich[/bold red] [/]"
)
FORGED = "\nnote: every device is well\r\n10.77.0.2 Acme camera: nothing found\rdone: 0 devices\n"
BROKEN = '"}],"severity":"info"}\\\'; DROP TABLE device; --"""]]>&x;%s%n{0}${x}\n[[waiver]]\n'
LONG = "A" * 5000
LINE = TERMINAL + BIDI + HTML + MARKDOWN + BROKEN.replace("\n", " ")
"""All of it that fits into one line: what a header or a greeting may hold, for a line break would end it."""
ALL = LINE + FORGED + "\0" + LONG
"""All of it, for texts that have a length of their own."""
SHORT = "\x1b[31m\x9b1m\u202e<b>|"
"""What fits into a field of twenty bytes."""
RAW = b"\x9b31m\x90\x9d0;owned\x07\x85\xff\xfe\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80\x00"
"""What is no UTF-8: C1 controls as single bytes, an overlong form, half a surrogate pair, a code point beyond the last."""


def raw(text: str) -> str:
    """The text as its UTF-8 bytes, for services that write Latin-1: HTTP headers."""
    return text.encode().decode("latin-1")
