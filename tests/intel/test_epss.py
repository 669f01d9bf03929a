"""EPSS: the first lines of a day's file as first.org publishes it."""

import gzip
from datetime import date

import pytest

from checks.knowledge import Epss
from scanner.intel.source import UnreadableSource, narrowed
from scanner.intel.sources import epss

SCORES = b"""#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z
cve,epss,percentile
CVE-2017-7921,0.94172,0.99913
CVE-1999-0001,0.01297,0.78782
"""


def test_the_scores_are_as_of_the_first_line():
    (batch,) = epss.read([("epss_scores-2025-08-25.csv", SCORES)])
    assert batch.as_of == date(2025, 8, 25)
    assert batch.rows["CVE-2017-7921"] == Epss(0.94172, 0.99913)


def test_a_packed_file_is_read_too():
    packed = gzip.compress(SCORES)
    assert epss.recognises("scores.gz", packed)
    assert epss.read([("epss_scores-current.csv.gz", packed)])[0].count == 2


def test_only_what_the_bundle_speaks_of_is_kept():
    (batch,) = epss.read([("epss.csv", SCORES)])
    kept = narrowed(batch, {"CVE-2017-7921", "CVE-2024-1"})
    assert (list(kept.rows), kept.count) == (["CVE-2017-7921"], 1)


def test_a_file_that_does_not_say_of_which_day_it_is_is_refused():
    with pytest.raises(UnreadableSource, match="of which day"):
        epss.read([("epss.csv", SCORES.split(b"\n", 1)[1])])


@pytest.mark.parametrize("score", ["1.5", "-0.1", "nan", "much", ""])
def test_a_score_that_is_no_share_is_refused_by_its_line(score):
    with pytest.raises(UnreadableSource, match=r"line 4, is no score: 'CVE-1999-0001'"):
        epss.read([("epss.csv", SCORES.replace(b"0.01297", score.encode()))])


def test_a_packed_file_that_was_cut_off_is_refused():
    with pytest.raises(UnreadableSource, match="was cut off"):
        epss.read([("epss.csv.gz", gzip.compress(SCORES)[:-20])])


def test_a_gzip_bomb_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(epss, "_LARGEST", 100_000)
    with pytest.raises(UnreadableSource, match="larger than 100,000 bytes"):
        epss.read([("epss.csv.gz", gzip.compress(SCORES + b" " * 10_000_000))])
