// The page of the notebook: it lists what is kept, tells what is new since it was last looked at, and writes and reads files.
"use strict";
(() => {
  const book = window.notebook;
  const page = document.getElementById("notebook");
  const { make, button } = book;
  const find = (id) => document.getElementById(id);
  page.hidden = false;
  find("no-script").remove();

  const tell = (text) => (find("told").textContent = text);
  let shown = "";
  const KINDS = { article: "Articles", search: "Searches", highlight: "Highlights" };
  const collectionsOf = (item) => (Array.isArray(item.collections) ? item.collections.map(String) : []);
  const chosen = () => book.items().filter((one) => !shown || collectionsOf(one).includes(shown));

  const field = (item, name, label, control) => {
    const id = `${name}-${item.id}`;
    control.id = id;
    return [make("label", { htmlFor: id, textContent: label }), control];
  };
  const editor = (item) => {
    const note = make("textarea", { rows: 3, value: item.note || "" });
    const groups = make("input", { value: collectionsOf(item).join(", ") });
    const keep = () => {
      const collections = [...new Set(groups.value.split(",").map((one) => one.trim()).filter(Boolean))];
      book.put({ ...item, note: note.value.trim(), collections });
    };
    const saver = button("Save", `Save the note on ${item.title}`, keep);
    return make(
      "details",
      {},
      make("summary", { textContent: item.note ? "Note and collections" : "Add a note or a collection" }),
      ...field(item, "note", "Note", note),
      ...field(item, "collections", "Collections, with commas between them", groups),
      saver,
    );
  };
  const line = (item) => {
    const title = make("a", { href: item.path, textContent: item.title });
    const about = make("p", { className: "by", textContent: `${item.kind}, kept ${String(item.at).slice(0, 10)}` });
    for (const one of collectionsOf(item)) about.append(" ", make("span", { className: "flag", textContent: one }));
    const news = make("b", { className: "new-since" });
    news.dataset.news = item.id;
    about.append(" ", news);
    const parts = [make("h3", {}, title), about];
    if (item.quote) parts.push(make("blockquote", { textContent: item.quote }));
    if (item.permalink && item.quote) parts.push(make("p", { className: "by" }, make("a", { href: here(item.permalink), textContent: "As it stood when you marked it" })));
    if (item.note) parts.push(make("p", { className: "long", textContent: item.note }));
    parts.push(editor(item), button("Remove", `Remove ${item.title}`, () => book.drop(item.id)));
    return make("li", { className: "hit" }, ...parts);
  };
  const here = (address) => {
    try {
      const { pathname, search } = new URL(address, location.href);
      return pathname + search; // the archive may have moved to another host
    } catch {
      return "/";
    }
  };

  const drawCollections = () => {
    const names = [...new Set(book.items().flatMap(collectionsOf))].sort();
    if (shown && !names.includes(shown)) shown = "";
    const one = (name, text) => {
      const chooser = button(text, "", () => ((shown = name), draw()));
      chooser.setAttribute("aria-pressed", String(shown === name));
      return chooser;
    };
    find("collections").replaceChildren(...(names.length ? [one("", "Everything"), ...names.map((name) => one(name, name))] : []));
  };
  const draw = () => {
    const open = document.activeElement?.id;
    drawCollections();
    const all = chosen();
    const groups = Object.entries(KINDS).map(([kind, name]) => [name, all.filter((item) => item.kind === kind).reverse()]);
    find("items").replaceChildren(
      ...groups.filter(([, some]) => some.length).map(([name, some]) => make("li", {}, make("h2", { textContent: name }), make("ul", { className: "plain" }, ...some.map(line)))),
    );
    find("nothing").hidden = all.length > 0;
    const originals = [...new Set(all.map((item) => item.original).filter(Boolean))].slice(0, 100);
    find("cite-notebook").hidden = originals.length === 0;
    const asked = originals.map((url) => `url=${encodeURIComponent(url)}`).join("&");
    for (const link of document.querySelectorAll("[data-take]")) link.href = `${link.dataset.take}?${asked}`;
    if (open) find(open)?.focus();
    showNews();
  };

  // What is new since an item was last looked at.
  let news = {};
  const showNews = () => {
    for (const place of document.querySelectorAll("[data-news]")) place.textContent = news[place.dataset.news] || "";
  };
  const askNews = async () => {
    const asked = book.items().filter((item) => item.kind !== "highlight" && item.looked).slice(-100);
    if (!asked.length) return;
    const query = new URLSearchParams();
    for (const item of asked) {
      query.append("of", item.kind === "search" ? `q:${new URLSearchParams(item.path.split("?")[1]).get("q") || ""}` : `url:${item.original}`);
      query.append("since", item.looked);
    }
    const answer = await fetch(`/notebook/new.json?${query}`);
    if (!answer.ok) return;
    const { new: told } = await answer.json();
    news = Object.fromEntries(asked.map((item, place) => [item.id, told[place] ? `${told[place]} since ${item.looked.slice(0, 10)}` : ""]));
    showNews();
  };

  // Files.
  const download = (name, type, text) => {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const today = () => new Date().toISOString().slice(0, 10);
  const exported = () => ({ format: "archive-notebook", version: 1, exported: book.stamp(), items: chosen() });
  const lines = (mark, text) => text.split("\n").map((one) => `${mark}${one}`.trimEnd());
  const markdown = () => {
    const out = ["# Notebook", "", `Exported ${today()} from ${location.origin}.`, ""];
    for (const item of chosen()) {
      const { note, quote, ...rest } = item;
      out.push(`## [${String(item.title).replace(/[[\]\n]/g, " ")}](${location.origin}${item.path})`, "");
      if (quote) out.push(...lines("> ", quote), "");
      if (item.citation) out.push(item.citation.replace(/\n/g, " "), "");
      if (note) out.push("Note:", "", ...lines("    ", note), "");
      out.push(`<!-- item ${JSON.stringify(rest).replace(/--/g, "-\\u002d")} -->`, "");
    }
    return out.join("\n");
  };
  const fromMarkdown = (text) => {
    const found = [];
    for (const part of text.split(/^## /m).slice(1)) {
      const known = part.match(/^<!-- item (\{.*\}) -->$/m);
      if (!known) continue;
      const quote = [...part.matchAll(/^>(?: (.*))?$/gm)].map((one) => one[1] || "").join("\n");
      const note = part.match(/^Note:\n\n((?: {4}.*\n|\n)+)/m)?.[1].replace(/^ {4}/gm, "").trim() || "";
      found.push({ ...JSON.parse(known[1]), note, ...(quote ? { quote } : {}) });
    }
    return { items: found };
  };
  const read = async (file) => {
    try {
      const text = await file.text();
      const read = book.listed(/^\s*[{[]/.test(text) ? JSON.parse(text) : fromMarkdown(text));
      const good = read.filter((one) => typeof one.id === "string" && typeof one.title === "string" && one.kind in KINDS);
      if (good.length) book.put(...good);
      tell(good.length ? `${good.length} read from ${file.name}.` : `${file.name} holds nothing that was exported from a notebook.`);
    } catch (error) {
      tell(`${file.name} could not be read: ${error.message}`);
    }
  };
  find("export-json").addEventListener("click", () => download(`notebook-${today()}.json`, "application/json", JSON.stringify(exported(), null, 2)));
  find("export-markdown").addEventListener("click", () => download(`notebook-${today()}.md`, "text/markdown", markdown()));
  find("import").addEventListener("change", (event) => event.target.files[0] && read(event.target.files[0]));
  addEventListener("notebook", draw);
  addEventListener("notebook-lost", (event) => tell(event.detail));
  draw();
  book.ready.then(askNews);
})();
