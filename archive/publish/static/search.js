// The search of a copy made of files: it asks a Datasette that serves the public copy of the database, and links the files.
"use strict";
const hits = document.getElementById("hits");
const found = document.getElementById("found");
const words = new URLSearchParams(location.search).get("q") || "";
document.querySelector("input[name=q]").value = words;
const asked = new URLSearchParams({ _search: words, _shape: "array", _size: 100, _col: "title" });
["byline", "published_on"].forEach((name) => asked.append("_col", name));
if (words) {
  found.textContent = "Searching …";
  fetch(`${hits.dataset.copy}/articles.json?${asked}`)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then((rows) => {
      found.textContent = rows.length === 1 ? "1 article" : `${rows.length} articles${rows.length === 100 ? " or more" : ""}`;
      rows.forEach((row) => {
        const link = document.createElement("a");
        link.href = `articles/${row.id}/index.html`;
        link.textContent = row.title;
        const item = document.createElement("li");
        item.append(link, ` ${row.byline || ""} ${row.published_on || ""}`);
        hits.append(item);
      });
    })
    .catch(() => {
      found.textContent = "The search cannot be reached now.";
    });
}
