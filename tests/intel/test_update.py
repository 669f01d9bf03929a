"""`tocsin intel update`: from the web, with each thing that can go wrong there, and from files and folders."""

import gzip
import json
from datetime import date, timedelta

import pytest

from checks.archive import Archive, beside
from checks.intelligence import Intelligence
from checks.knowledge import Component, Lifecycle, Product, Release
from scanner.exits import Exit
from scanner.intel import fetch
from scanner.intel.bundle import pack, part
from scanner.intel.fetch import Limits
from scanner.intel.gather import PUBLIC, Gathered, wishes
from scanner.intel.source import Batch
from scanner.intel.swap import alone, previous
from scanner.intel.update import basis, renew
from tests.intel.conftest import IN_FORCE, TODAY, bundle
from tests.intel.feeds import HTML, bomb, catalogue, dripping, endless, redirect, self_signed, serving, silent, whole

NEWER = catalogue(12, TODAY)
KEV = "/known_exploited_vulnerabilities.json"


def opened(path):
    return Intelligence.open(path)


def test_takes_a_source_from_the_web_and_keeps_every_other(run, in_force):
    before = in_force.read_bytes()
    with serving({KEV: whole(NEWER)}) as (here, server):
        code, out, err = run("intel", "update", here + KEV)
    assert (code, err) == (Exit.CLEAN, "")
    assert "kev (exploited) 12 rows, 10 before, as of 2026-11-21" in out
    assert out.count("\n") == 1
    found = opened(in_force)
    assert len(found.exploited) == 12
    assert found.components["busybox"].versions["1.36.1"] == "2023-05-18"
    assert found.epss["CVE-2021-36260"].probability == 0.94
    (origin,) = (origin for origin in found.manifest.origins if origin.name == "kev")
    assert (origin.as_of, origin.rows, origin.where) == (TODAY, 12, here + KEV)
    assert previous(in_force).read_bytes() == before
    assert beside(in_force).read_text() == f"{found.hash}  intelligence.zip\n"
    assert [headers["User-Agent"].split("/")[0] for _, headers in server.asked] == ["tocsin"]


def changed_schema() -> bytes:
    document = json.loads(NEWER)
    document["vulnerabilities"] = [{"cve": "CVE-2021-36260"}]
    return json.dumps(document).encode()


BROKEN = {
    "missing": (whole(b"gone", status=404), "the server answers 404 Not Found"),
    "out of order": (whole(b"", status=500), "the server answers 500 Internal Server Error"),
    "cut off": (whole(NEWER[:2000], stated=len(NEWER)), "without sending complete message body"),
    "cut off where nobody says how long it is": (whole(NEWER[:2000]), "is no JSON, or was cut off"),
    "of another schema": (whole(changed_schema()), "is not of the known schema"),
    "of ten gigabytes, as it says": (
        whole(b"", stated=10_000_000_000),
        "it has 10,000,000,000 bytes, and 2,097,152 is the most that is taken",
    ),
    "without end": (endless, "it is larger than 2,097,152 bytes, the most that is taken"),
    "sent round in a circle": (redirect(KEV), "the server sends us on more than 5 times"),
    "sent on to a file": (redirect("file:///etc/passwd"), "on to 'file:///etc/passwd', which is no web address"),
    "unpacks to more than is taken": (
        whole(bomb(3_000_000), ("Content-Encoding", "gzip")),
        "it is larger than 2,097,152 bytes",
    ),
    "a packed file that unpacks to more than is taken": (whole(bomb(3_000_000)), "it is larger than 2,097,152 bytes"),
    "packed and cut off": (
        whole(gzip.compress(NEWER)[:-30], ("Content-Encoding", "gzip")),
        "it is packed with gzip and breaks off in the middle",
    ),
    "not packed as it says": (whole(NEWER, ("Content-Encoding", "gzip")), "it is packed with gzip and damaged"),
    "packed otherwise": (whole(NEWER, ("Content-Encoding", "br")), "it is packed as 'br', which was not asked for"),
    "older than what is in force": (
        whole(catalogue(12, IN_FORCE - timedelta(days=1))),
        "it is of 2026-10-31 and older than what is in force, which is of 2026-11-01",
    ),
    "of a day that has not come": (whole(catalogue(12, date(2027, 5, 1))), "it is of 2027-05-01, a day that has not"),
    "half gone": (whole(catalogue(4, TODAY)), "it has 4 rows for the table exploited, and what is in force has 10"),
    "the page of a network that wants a login": (
        whole(HTML, ("Content-Type", "text/html")),
        "a web page came instead of data",
    ),
    "empty": (whole(b" \n"), "it is empty"),
    "without a row": (whole(catalogue(0, TODAY)), "lists no vulnerability"),
}


@pytest.mark.parametrize(("answer", "why"), BROKEN.values(), ids=BROKEN)
def test_a_broken_source_is_named_with_its_reason_and_changes_nothing(run, in_force, answer, why):
    before = in_force.read_bytes()
    with serving({KEV: answer}) as (here, _):
        code, out, err = run("intel", "update", f"kev={here}{KEV}")
    assert (code, out) == (Exit.INCOMPLETE, "")
    failed, nothing = err.splitlines()
    assert failed.startswith(f"tocsin: kev failed: {here}{KEV}: ")
    assert why in failed
    assert nothing == "tocsin: nothing was changed: what was in force still is"
    assert in_force.read_bytes() == before
    assert not previous(in_force).exists()


SLOW = {
    "a byte now and then": (dripping, Limits(idle=60, total=0.5), "it was not there whole after 0.5 seconds"),
    "silent": (silent, Limits(idle=0.3, total=60), "the server fell silent for 0.3 seconds"),
}


@pytest.mark.parametrize(("answer", "limits", "why"), SLOW.values(), ids=SLOW)
def test_a_slow_source_is_left_when_its_time_is_over(run, in_force, monkeypatch, answer, limits, why):
    monkeypatch.setattr(fetch, "LIMITS", limits)
    before = in_force.read_bytes()
    with serving({KEV: answer}) as (here, _):
        code, out, err = run("intel", "update", f"kev={here}{KEV}")
    assert (code, out) == (Exit.INCOMPLETE, "")
    assert err.splitlines()[0] == f"tocsin: kev failed: {here}{KEV}: {why}"
    assert in_force.read_bytes() == before


def test_nobody_answering_is_said(run, in_force):
    with serving({}) as (here, _):
        pass
    code, _, err = run("intel", "update", f"kev={here}{KEV}")
    assert code == Exit.INCOMPLETE
    assert "nobody answers there (connection refused)" in err


def test_a_server_that_does_not_speak_http_is_said(run, in_force):
    def other(server):
        server.wfile.write(b"SSH-2.0-OpenSSH_7.4\r\n")

    with serving({KEV: other}) as (here, _):
        code, _, err = run("intel", "update", f"kev={here}{KEV}")
    assert code == Exit.INCOMPLETE
    assert "tocsin: kev failed: " in err


def test_a_certificate_that_nobody_vouches_for_is_refused_until_the_operator_does(run, in_force, tmp_path):
    pem = self_signed(tmp_path / "server.pem")
    with serving({KEV: whole(NEWER)}, pem) as (here, _):
        code, _, err = run("intel", "update", f"kev={here}{KEV}")
        assert code == Exit.INCOMPLETE
        assert "the server's certificate is not trusted (self" in err
        assert "name that with --ca-file" in err
        assert run("intel", "update", f"kev={here}{KEV}", "--ca-file", pem)[0] == Exit.CLEAN


def test_a_server_may_not_send_us_from_https_to_http(run, in_force, tmp_path):
    pem = self_signed(tmp_path / "server.pem")
    answers = {"/there": whole(NEWER)}
    with serving(answers) as (there, _), serving({KEV: redirect(f"{there}/there?token=1")}, pem) as (here, _):
        code, _, err = run("intel", "update", f"kev={here}{KEV}", "--ca-file", pem)
    assert code == Exit.INCOMPLETE
    assert f"the server sends us from https on to {there}/there, which is not protected" in err


def test_authorities_that_are_none_are_the_operator_s_mistake(run, tmp_path):
    (tmp_path / "none.pem").write_text("-----")
    code, _, err = run("intel", "update", "kev=https://127.0.0.1:1/", "--ca-file", tmp_path / "none.pem")
    assert (code, err) == (Exit.USAGE, f"tocsin: there is no certificate in PEM in {tmp_path / 'none.pem'}\n")


def test_follows_a_redirect_and_unpacks_what_is_packed(run, in_force):
    packed = gzip.compress(gzip.compress(NEWER))
    answers = {"/old": redirect("/new.json.gz?v=2"), "/new.json.gz": whole(packed, ("Content-Encoding", "gzip"))}
    with serving(answers) as (here, _):
        code, _, _ = run("intel", "update", f"{here}/old")
    assert code == Exit.CLEAN
    assert len(opened(in_force).exploited) == 12


def test_the_proxy_of_the_environment_is_asked(run, in_force, monkeypatch):
    monkeypatch.delenv("NO_PROXY")
    with serving({"http://mirror.example/kev.json": whole(NEWER)}) as (here, _):
        monkeypatch.setenv("http_proxy", here)
        assert run("intel", "update", "kev=http://mirror.example/kev.json")[0] == Exit.CLEAN
    assert len(opened(in_force).exploited) == 12


def test_a_proxy_of_a_kind_that_is_not_spoken_is_said(run, in_force, monkeypatch):
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    code, _, err = run("intel", "update", "kev=http://127.0.0.1:1/kev.json")
    assert code == Exit.INCOMPLETE
    assert "tocsin: kev failed: http://127.0.0.1:1/kev.json: " in err
    assert "proxy" in err.lower()


def test_no_account_and_no_token_of_an_address_is_printed_or_stored(run, in_force):
    with serving({KEV: whole(NEWER)}) as (here, _):
        address = here.replace("http://", "http://cityhall:hunter2@")
        for path in (KEV, "/other"):
            code, out, err = run("intel", "update", f"kev={address}{path}?token=hunter2")
            assert "hunter2" not in out + err
    assert code == Exit.INCOMPLETE
    assert all("hunter2" not in origin.where for origin in opened(in_force).manifest.origins)


def test_what_works_is_taken_where_the_operator_says_so_and_the_rest_stays(run, in_force, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing of the kind")
    with serving({KEV: whole(NEWER)}) as (here, _):
        wanted = ("intel", "update", f"kev={here}{KEV}", "notes.txt")
        before = in_force.read_bytes()
        code, out, err = run(*wanted)
        assert (code, out, in_force.read_bytes()) == (Exit.INCOMPLETE, "", before)
        code, out, err = run(*wanted, "--keep-going")
    assert code == Exit.INCOMPLETE
    assert err.startswith("tocsin: notes.txt failed: it is of no format that is known here: ")
    assert "12 rows" in out
    assert len(opened(in_force).exploited) == 12


def test_older_and_fewer_rows_are_taken_where_the_operator_says_so(run, in_force, tmp_path):
    (tmp_path / "kev.json").write_bytes(catalogue(3, date(2026, 1, 5)))
    assert run("intel", "update", "kev=kev.json")[0] == Exit.INCOMPLETE
    code, out, _ = run("intel", "update", "kev=kev.json", "--allow-older")
    assert code == Exit.CLEAN
    assert "3 rows, 10 before, as of 2026-01-05" in out


def test_a_folder_gives_all_that_is_known_in_it_and_the_rest_is_named(run, in_force, tmp_path):
    feeds = tmp_path / "feeds"
    (feeds / "kev").mkdir(parents=True)
    (feeds / "kev" / "catalogue.json.gz").write_bytes(gzip.compress(NEWER))
    (feeds / "readme.txt").write_text("what is here")
    (feeds / ".hidden.json").write_bytes(catalogue(90, TODAY))
    (feeds / "loop").symlink_to(feeds, target_is_directory=True)
    code, out, err = run("intel", "update", "--from", feeds)
    assert code == Exit.CLEAN
    assert "12 rows" in out
    assert err == f"not taken: {feeds / 'readme.txt'} is of no format that is known here\n"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("cut", NEWER[:2000], "is no JSON, or was cut off"),
        ("schema", changed_schema(), "is not of the known schema"),
        ("page", HTML, "no file in it is of a format that is known here"),
        ("large", NEWER + b" " * 3_000_000, "it is larger than 2,097,152 bytes"),
        ("bomb", bomb(3_000_000), "it is larger than 2,097,152 bytes"),
        ("older", catalogue(12, date(2026, 1, 5)), "older than what is in force"),
        ("empty", b"", "no file in it is of a format that is known here"),
    ],
)
def test_a_broken_file_in_a_folder_is_named_with_its_reason_and_changes_nothing(
    run, in_force, tmp_path, name, content, why
):
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / f"{name}.json").write_bytes(content)
    before = in_force.read_bytes()
    code, out, err = run("intel", "update", "--from", "feeds")
    assert (code, out) == (Exit.INCOMPLETE, "")
    assert why in err
    assert "feeds" in err
    assert in_force.read_bytes() == before


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("kevin=feeds", "'kevin=feeds': there is no source 'kevin'; known: "),
        ("nowhere.json", "there is no file or folder nowhere.json"),
        ("kev=/dev/zero", "/dev/zero is neither a file nor a folder"),
        ("ftp://192.0.2.1/kev.json", "it must begin with https, http or file, or be a path"),
        ("file://elsewhere/kev.json", "is on another machine: a file is named as file:///PATH"),
        ("https:///kev.json", "is no web address: it names no server"),
        ("kev=" + "x" * 300, "File name too long"),
    ],
)
def test_a_place_that_is_none_is_the_operator_s_mistake(run, in_force, word, sentence):
    before = in_force.read_bytes()
    code, out, err = run("intel", "update", word)
    assert (code, out) == (Exit.USAGE, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert in_force.read_bytes() == before


def test_without_a_word_the_sources_of_the_configuration_are_taken(run, in_force, tmp_path):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "kev.json").write_bytes(NEWER)
    (tmp_path / "tocsin.toml").write_text('[intel.sources]\nkev = "mirror/kev.json"\n')
    assert run("intel", "update")[0] == Exit.CLEAN
    assert len(opened(in_force).exploited) == 12


def test_without_any_source_the_public_ones_are_meant():
    assert [(wish.format, wish.place) for wish in wishes((), None, {})] == [
        ("kev", "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"),
        ("endoflife", "https://endoflife.date/api/v1/products/full"),
    ]
    assert set(PUBLIC) == {"kev", "endoflife"}


def test_the_first_update_begins_from_what_is_shipped(run, tmp_path):
    (tmp_path / "kev.json").write_bytes(catalogue(2000, TODAY))
    assert run("intel", "update", "kev.json")[0] == Exit.CLEAN
    found = opened(tmp_path / "state" / "tocsin" / "intelligence.zip")
    assert len(found.exploited) == 2000
    assert "2012.55" in found.components["dropbear"].versions


def test_a_damaged_bundle_is_said_and_made_anew(run, in_force, tmp_path):
    in_force.write_bytes(b"PK\3\4 nothing")
    (tmp_path / "kev.json").write_bytes(catalogue(2000, TODAY))
    code, _, err = run("intel", "update", "kev.json")
    assert code == Exit.CLEAN
    assert "cannot be used: it is no bundle" in err
    assert len(opened(in_force).exploited) == 2000


def test_the_bundle_that_the_operator_names_is_the_one_that_is_renewed(run, in_force, tmp_path):
    named = tmp_path / "city.zip"
    named.write_bytes(bundle())
    named.chmod(0o640)
    (tmp_path / "kev.json").write_bytes(NEWER)
    before = in_force.read_bytes()
    assert run("--intel", named, "intel", "update", "kev.json")[0] == Exit.CLEAN
    assert len(opened(named).exploited) == 12
    assert named.stat().st_mode & 0o777 == 0o640
    assert in_force.read_bytes() == before


def test_the_same_again_changes_nothing_and_keeps_the_previous_one(run, in_force, tmp_path):
    (tmp_path / "kev.json").write_bytes(NEWER)
    first = in_force.read_bytes()
    run("intel", "update", "kev.json")
    second = in_force.read_bytes()
    assert run("intel", "update", "kev.json")[0] == Exit.CLEAN
    assert (in_force.read_bytes(), previous(in_force).read_bytes()) == (second, first)


def test_two_updates_do_not_write_at_once(run, in_force, tmp_path):
    (tmp_path / "kev.json").write_bytes(NEWER)
    with alone(in_force):
        code, _, err = run("intel", "update", "kev.json")
    assert code == Exit.USAGE
    assert err.startswith("tocsin: another update (process ")


def test_a_source_that_names_only_newest_releases_does_not_take_away_the_others(monkeypatch):
    def released(*releases: tuple[str, date]) -> Product:
        found = tuple(Release(version, day) for version, day in releases)
        return Product("MikroTik", ("RouterOS",), found, "endoflife: endoflife.date/routeros", releases[-1][1])

    def life(branch: str, note: str = "") -> Lifecycle:
        return Lifecycle("Fortinet", ("FortiOS",), "endoflife", IN_FORCE, branch, note=note)

    # RouterOS 6.49.9, 6.49.10 and 7.16: days as in endoflife-date/release-data, routeros.json
    had = released(("6.49.9", date(2023, 7, 18)), ("6.49.10", date(2023, 10, 3)))
    now = released(("6.49.10", date(2023, 10, 3)), ("7.16", date(2024, 9, 20)))
    openssl = Component("openssl", "endoflife", {"1.0.1": "2012-03-14", "3.0.0": "2021-09-07"})
    newer = Component("openssl", "endoflife", {"3.0.0": "2021-09-07", "3.4.0": "2024-10-22"})
    nginx = Component("nginx", "endoflife", {"1.2.0": "2012-04-23"})

    def batches(as_of, components, firmware, lifecycle):
        tables = {"components": components, "firmware": firmware, "lifecycle": lifecycle}
        return [Batch("endoflife", table, rows, as_of, len(rows), "MIT") for table, rows in tables.items()]

    old = batches(IN_FORCE, [openssl, nginx], [had], [life("6.0"), life("6.2")])
    known = {(one.table, one.name): part(one, "before") for one in old}

    class Source:
        NAME = "endoflife"

        @staticmethod
        def read(files):
            return batches(TODAY, [newer], [now], [life("6.0", "now")])

    monkeypatch.setattr("scanner.intel.update.load_formats", lambda: {"endoflife": Source})
    gathered = Gathered({"endoflife": [("full", b"")]}, {"endoflife": ["there"]})
    renewed = renew(known, gathered, TODAY, allow_older=False)
    assert renewed.failures == ()
    found = Intelligence.of(Archive(pack(renewed.parts, TODAY)))
    assert [release.version for release in found.products["mikrotik"][0].releases] == ["6.49.9", "6.49.10", "7.16"]
    assert set(found.components["openssl"].versions) == {"1.0.1", "3.0.0", "3.4.0"}
    assert set(found.components) == {"openssl", "nginx"}
    assert found.lifecycles["fortinet"] == (life("6.0", "now"),)


def test_an_origin_that_is_newer_in_the_package_replaces_the_one_that_was_made(monkeypatch, tmp_path):
    shipped = tmp_path / "shipped.zip"
    shipped.write_bytes(bundle(rows=20, released=TODAY))
    monkeypatch.setattr("scanner.intel.update.BUILT_IN", shipped)
    found = basis(Archive(bundle()))
    assert found["exploited", "kev"].origin.rows == 20
    assert found["epss", "epss"].origin.rows == 1


SCORES = b"#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2021-36260,0.95,0.99\nCVE-2099-0001,0.5,0.9\n"


def test_of_the_probabilities_those_are_kept_that_are_about_something_in_the_bundle(run, in_force, tmp_path):
    (tmp_path / "kev.json").write_bytes(catalogue(12, TODAY))
    (tmp_path / "epss.csv").write_bytes(SCORES)
    code, out, err = run("intel", "update", tmp_path / "epss.csv", tmp_path / "kev.json")
    assert (code, err) == (Exit.CLEAN, "")
    assert "epss (epss) 1 row, 1 before, as of 2026-11-20" in out
    assert {cve: one.probability for cve, one in opened(in_force).epss.items()} == {"CVE-2021-36260": 0.95}
