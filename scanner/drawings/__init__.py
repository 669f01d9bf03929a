"""The drawings of a report, one file each: `draw(edition, name)` gives an <svg> to stand in a page, and is pure.

`name` begins every id in the drawing, so it is given where one page has the same drawing twice. A drawing is 360 units wide, a phone's width, and as high as it
needs; it has a title and a description for those who do not see it, no colour of its own (the classes are `band-…`, `hatch`, `cell`, `label`, `number`, `axis`,
`bar`, `line`, `good` and `bad`, and the page has the colours), and says nothing by colour alone.
"""
