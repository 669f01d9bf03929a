// What is wrong with the page for those who do not see it, or do not point: names, labels, heads of tables, ids, the order of headings.
() => {
  const faults = [];
  const all = (query) => [...document.querySelectorAll(query)].filter((one) => one.checkVisibility());
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const named = (one, by) => (one.getAttribute(by) || "").split(" ").filter(Boolean);
  const name = (one) => one.getAttribute("aria-label") || named(one, "aria-labelledby").map((id) => document.getElementById(id)?.textContent).join(" ") || one.textContent;
  for (const one of all("button, a, summary, section, nav, [role=region], [role=img], [role=search]")) {
    if (!name(one).trim()) faults.push(`no name: ${one.localName}`);
  }
  for (const one of all("input, select")) if (!one.labels.length) faults.push(`no label: ${one.id}`);
  for (const table of all("table")) {
    if (!table.caption?.textContent.trim()) faults.push("no caption");
    for (const head of table.querySelectorAll("th")) if (!["col", "row"].includes(head.scope)) faults.push(`no scope: ${head.textContent}`);
  }
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`twice: ${id}`);
  for (const one of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
    for (const id of [...named(one, "aria-labelledby"), ...named(one, "aria-describedby")]) if (!ids.includes(id)) faults.push(`points at nothing: ${id}`);
  }
  let level = 0;
  for (const head of all("h1, h2, h3, h4, h5")) {
    const now = Number(head.localName[1]);
    if (now > level + 1) faults.push(`skips a level: ${head.textContent}`);
    level = now;
  }
  if (all("h1").length !== 1 || all("main").length !== 1 || !document.documentElement.lang || !document.title) faults.push("no frame");
  for (const one of all("#rows > tr:not(.gap)")) if (!one.getAttribute("aria-rowindex")) faults.push("no row index");
  for (const one of document.querySelectorAll(".drawing")) if (!one.querySelector("title")) faults.push("a drawing without a title");
  return faults;
}
