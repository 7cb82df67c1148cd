// What a reader keeps lives in this browser: type and colours, the place in an article, the notebook.
"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);
  const recall = (key, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  const keep = (key, value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false; // storage is full or switched off
    }
  };
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const button = (text, label, act) => {
    const one = make("button", { type: "button", textContent: text, className: "copy" });
    if (label) one.setAttribute("aria-label", label);
    one.addEventListener("click", act);
    return one;
  };
  const root = document.documentElement;
  const here = location.pathname + location.search.replace(/[?&]marks=[^&]*/, ""); // an article is the same with and without marks
  const tools = find(".tools");

  // Type and colours.
  if (tools && find(".reading")) {
    const comforts = recall("comforts", {});
    const choose = (change) => {
      Object.assign(comforts, change);
      keep("comforts", comforts);
      root.style.setProperty("--size", String(1 + 0.1 * (comforts.size || 0)));
      for (const name of ["theme", "face"]) comforts[name] ? (root.dataset[name] = comforts[name]) : delete root.dataset[name];
    };
    const grow = (by) => () => choose({ size: Math.max(-3, Math.min(6, (comforts.size || 0) + by)) });
    tools.append(
      make(
        "details",
        { className: "comforts" },
        make("summary", { textContent: "Aa", title: "Type and colours" }),
        button("A−", "Smaller type", grow(-1)),
        button("A+", "Larger type", grow(1)),
        button("Serif", "", () => choose({ face: "" })),
        button("Sans", "", () => choose({ face: "sans" })),
        button("Light", "", () => choose({ theme: "light" })),
        button("Dark", "", () => choose({ theme: "dark" })),
        button("As the system", "", () => choose({ theme: "" })),
      ),
    );
    find(".comforts summary").setAttribute("aria-label", "Type and colours");
  }

  // The place where reading stopped.
  if (find(".reading")) {
    const places = recall("places", {});
    const place = places[here];
    if (place && !location.hash && document.getElementById(place)) {
      tools.append(make("a", { href: `#${place}`, className: "resume", textContent: "Go on where you stopped" }));
    }
    addEventListener("pagehide", () => {
      const end = (one) => (one.querySelector(":scope > .said") || one).getBoundingClientRect().bottom; // replies stand inside a comment
      const passed = [...document.querySelectorAll(".block, .comment")].filter((one) => end(one) < 0);
      const latest = recall("places", {});
      delete latest[here];
      if (passed.length) latest[here] = passed.at(-1).id;
      keep("places", Object.fromEntries(Object.entries(latest).slice(-300)));
    });
  }

  // The notebook: articles, searches and marked words, each with a note and its collections. It lives in this browser,
  // or on the server where the operator has turned that on and the reader is logged in (notebook.js asks for it).
  const shelf = () => (account ? `notebook of ${account}` : "notebook");
  let account = root.hasAttribute("data-notebook") ? recall("account", "") : "";
  let token = "";
  const listed = (value) => (Array.isArray(value?.items) ? value.items : []).filter((one) => typeof one?.path === "string" && /^\/(?!\/)/.test(one.path));
  const items = () => {
    const former = recall("kept", []).map((one) => ({ ...one, kind: one.original ? "article" : "search", id: `${one.path}` }));
    return listed(recall(shelf(), { items: account ? [] : former }));
  };
  const lost = (detail) => dispatchEvent(new CustomEvent("notebook-lost", { detail }));
  const hold = (all) => {
    const held = keep(shelf(), { format: "archive-notebook", version: 1, items: all });
    dispatchEvent(new CustomEvent("notebook"));
    if (!held && !account) lost("Not kept: this browser's storage is full, or switched off.");
  };
  const send = async (change) => {
    const headers = { "content-type": "application/json", "x-csrftoken": token };
    const answer = await fetch("/notebook.json", { method: "POST", headers, body: JSON.stringify(change) }).catch(() => null);
    if (!answer?.ok) lost(answer ? (await answer.json()).error : "Not kept: the server cannot be reached.");
  };
  const change = (some, ids) => {
    const gone = new Set([...ids, ...some.map((item) => item.id)]);
    const apply = () => hold([...items().filter((one) => !gone.has(one.id)), ...some]);
    apply();
    ready.then(() => {
      if (!account) return;
      apply(); // the account's notebook may have come meanwhile
      send({ put: some, drop: ids });
    });
  };
  const put = (...some) => change(some, []);
  const drop = (id) => change([], [id]);
  const stamp = () => `${new Date().toISOString().slice(0, 19)}Z`;
  // Where the operator keeps notebooks, the account's own takes the place of the browser's.
  const ready = (async () => {
    if (!root.hasAttribute("data-notebook")) return;
    const answer = await fetch("/notebook.json").catch(() => null);
    if (answer && !answer.ok) {
      account = "";
      keep("account", "");
    } else if (answer) {
      const told = await answer.json();
      account = told.account;
      token = told.csrf;
      keep("account", account);
      hold(listed(told));
    }
    dispatchEvent(new CustomEvent("notebook"));
  })();
  window.notebook = { items, put, drop, listed, ready, make, button, stamp, recall, keep };
  addEventListener("storage", (event) => event.key === shelf() && dispatchEvent(new CustomEvent("notebook")));

  if (tools?.dataset.title) {
    const { title, original } = tools.dataset;
    const id = here;
    const held = () => items().find((one) => one.id === id);
    const toggle = button("", "", () => {
      const kind = original ? "article" : "search";
      held() ? drop(id) : put({ id, kind, path: here, title, original, at: stamp(), looked: stamp(), note: "", collections: [] });
    });
    const all = make("a", { href: "/notebook", textContent: "your notebook", className: "resume" });
    const show = () => {
      toggle.textContent = held() ? "Kept ✓" : "Keep";
      toggle.setAttribute("aria-pressed", String(Boolean(held())));
      all.hidden = !held();
    };
    tools.prepend(toggle, all);
    show();
    addEventListener("notebook", show);
    const told = make("span", { className: "by" });
    told.setAttribute("role", "status");
    tools.append(told);
    addEventListener("notebook-lost", (event) => (told.textContent = event.detail));
    addEventListener("notebook", () => (told.textContent = ""));
    ready.then(() => held() && put({ ...held(), looked: stamp() }));
  }

  // What is new here since the last visit. A visit ends after half an hour, so that reading the page again shows it again.
  const VISIT = 30 * 60 * 1000;
  if (find(".reading") && !find(".banner.former")) {
    const visits = recall("visits", {});
    const { at, before } = visits[here] || {};
    const since = at && Date.now() - Date.parse(at) > VISIT ? at : before;
    delete visits[here];
    visits[here] = { at: stamp(), before: since };
    keep("visits", Object.fromEntries(Object.entries(visits).slice(-500)));
    const fresh = since ? [...document.querySelectorAll(".comment[data-seen]")].filter((one) => one.dataset.seen > since) : [];
    for (const one of fresh) {
      one.classList.add("fresh");
      one.querySelector(":scope > .who")?.append(" ", make("span", { className: "flag new", textContent: "new" }));
    }
    const threadTools = find("#thread-tools");
    if (fresh.length && threadTools) {
      const text = `${fresh.length} new since you last looked, ${since.slice(0, 10)}`;
      threadTools.prepend(make("a", { href: `#${fresh[0].id}`, className: "resume", textContent: text }));
    }
  }

  // Marked words. They are found again by what they say, in the paragraph or comment where they stood.
  const textNodes = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    return nodes;
  };
  const paint = (item) => {
    const place = document.getElementById(item.place);
    const root = place?.querySelector(":scope > .said") || place;
    if (!root) return false;
    const nodes = textNodes(root);
    const start = nodes.map((node) => node.data).join("").indexOf(item.quote);
    if (start < 0) return false;
    let offset = 0;
    let reached = false; // by key, once
    for (const node of nodes) {
      const [from, to] = [Math.max(start - offset, 0), Math.min(start + item.quote.length - offset, node.length)];
      offset += node.length;
      if (from >= to) continue;
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, to);
      const mark = make("mark", { className: "mine", title: item.note || "Your highlight" });
      mark.dataset.id = item.id;
      range.surroundContents(mark);
      if (mark.closest("a")) continue; // the link stays a link
      const open = () => edit(item.id);
      if (!reached) Object.assign(mark, { tabIndex: 0, role: "button" });
      reached = true;
      mark.addEventListener("click", open);
      mark.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), open()));
    }
    return true;
  };
  const edit = (id) => {
    const item = items().find((one) => one.id === id);
    if (!item) return;
    const note = make("textarea", { rows: 4, id: "note-of-highlight", value: item.note || "" });
    const dialog = make("dialog", { className: "keys" });
    const close = () => dialog.remove();
    const keepNote = () => put({ ...item, note: note.value.trim() });
    const forget = () => {
      drop(id);
      for (const mark of document.querySelectorAll("mark.mine")) if (mark.dataset.id === id) mark.replaceWith(...mark.childNodes);
    };
    const act = (what) => () => (what(), close());
    const title = make("h2", { textContent: "Your highlight", id: "highlight-title" });
    dialog.setAttribute("aria-labelledby", title.id);
    const label = make("label", { textContent: "Note", htmlFor: note.id });
    const words = make("blockquote", { textContent: item.quote });
    const buttons = make("p", {}, button("Save", "", act(keepNote)), button("Remove highlight", "", act(forget)), button("Close", "", close));
    dialog.append(title, words, label, make("br"), note, buttons);
    dialog.addEventListener("close", close);
    document.body.append(dialog);
    dialog.showModal();
  };
  const highlight = (words, place) => {
    const reading = find(".reading");
    const { permalink, citation } = reading.dataset;
    const id = `${here}#${place.id}:${stamp()}`;
    const title = tools?.dataset.title || document.title;
    const original = tools?.dataset.original;
    put({ id, kind: "highlight", path: `${here}#${place.id}`, place: place.id, quote: words, title, original, permalink, citation, at: stamp(), note: "", collections: [] });
    paint(items().at(-1));
    edit(id);
  };
  window.notebook.highlight = highlight;
  if (find(".reading")) {
    const painted = new Set();
    const own = () => items().filter((one) => one.kind === "highlight" && one.path.split("#")[0] === here);
    const paintAll = () => {
      const lost = own().filter((one) => !painted.has(one.id) && !(paint(one) && painted.add(one.id)));
      if (!lost.length || !tools || find("#lost-highlights")) return;
      const text = lost.length === 1 ? "1 highlight of yours is of words that do not stand here now" : `${lost.length} highlights of yours are of words that do not stand here now`;
      tools.append(make("a", { href: "/notebook", id: "lost-highlights", className: "resume", textContent: text }));
    };
    paintAll();
    if (root.hasAttribute("data-notebook")) ready.then(paintAll);
  }
})();
