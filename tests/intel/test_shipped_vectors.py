"""The CVSS vectors of the shipped intelligence against Red Hat's implementation of the specifications."""

from cvss import CVSS3, CVSS4  # type: ignore[import-untyped]  # it has no types

from checks.intelligence import built_in
from scanner.intel.cvss import base_score

RATED = {cve: points for cve, points in built_in().points.items() if points.vector}


def by_library(vector: str) -> float:
    return float(CVSS4(vector).base_score if vector.startswith("CVSS:4") else CVSS3(vector).scores()[0])


def test_every_vector_has_the_score_that_stands_beside_it():
    assert len(RATED) > 7000
    assert {cve: points.cvss for cve, points in RATED.items()} == {
        cve: by_library(points.vector) for cve, points in RATED.items()
    }


def test_our_own_arithmetic_agrees_with_the_library_on_every_vector_of_version_3():
    vectors = sorted({points.vector for points in RATED.values() if points.vector.startswith("CVSS:3")})
    assert len(vectors) > 300
    assert [base_score(vector) for vector in vectors] == [by_library(vector) for vector in vectors]
