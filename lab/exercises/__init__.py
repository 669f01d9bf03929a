"""Worksheets for learners, each with its checker: two files of one name each, found by listing this folder."""
