// Comforts only: every page works without this file.
"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);
  const findAll = (selector) => [...document.querySelectorAll(selector)];

  // Pictures come from the publisher only when the reader asks for one.
  for (const link of findAll("a.picture")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const picture = document.createElement("img");
      picture.referrerPolicy = "no-referrer";
      picture.alt = link.dataset.alt || "";
      picture.src = link.href;
      link.replaceWith(picture);
    });
  }

  const copy = async (text, button) => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  };
  for (const button of findAll("button.copy[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => copy(document.getElementById(button.dataset.copy).textContent, button));
  }

  // Selected words with their citation and the address of their paragraph.
  const reading = find(".reading");
  let quote = null;
  const within = (range, place) => {
    const part = range.cloneRange(); // a triple click reaches into the next paragraph
    if (!place.contains(part.startContainer)) part.setStart(place, 0);
    if (!place.contains(part.endContainer)) part.setEnd(place, place.childNodes.length);
    return part.toString().trim();
  };
  const offerQuotation = () => {
    quote?.remove();
    quote = null;
    const selection = document.getSelection();
    const words = selection.toString().trim();
    const place = selection.anchorNode?.parentElement?.closest("[id^='p-'], [id^='c-']");
    if (!reading || !place || words.length < 3 || !navigator.clipboard) return;
    const box = selection.getRangeAt(0).getBoundingClientRect();
    const name = place.querySelector(":scope > .who b")?.textContent;
    const when = place.querySelector(":scope > .who time")?.textContent;
    const source = name ? `Comment signed “${name}”${when ? `, ${when}` : ""}, under ${reading.dataset.citation}` : reading.dataset.citation;
    const text = `“${words}”\n\n${source}\n${reading.dataset.permalink}#${place.id}`;
    const offer = (name, act) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => act(button));
      return button;
    };
    quote = document.createElement("div");
    quote.className = "quote";
    quote.append(offer("Copy quotation", (button) => copy(text, button)));
    const exact = within(selection.getRangeAt(0), place.querySelector(":scope > .said") || place);
    if (window.notebook && exact.length > 2) quote.append(offer("Highlight", () => (quote.remove(), window.notebook.highlight(exact, place))));
    quote.style.left = `${Math.max(8, Math.min(box.left + scrollX, document.documentElement.clientWidth - 240))}px`;
    quote.style.top = `${box.bottom + scrollY + 8}px`;
    document.body.append(quote);
  };
  document.addEventListener("mouseup", (event) => quote?.contains(event.target) || event.target.closest("dialog") || setTimeout(offerQuotation));
  document.addEventListener("keyup", (event) => event.shiftKey && offerQuotation());

  // What is folded opens before it is gone to.
  const reveal = (selector) => {
    const target = find(selector);
    for (let around = target?.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    target?.scrollIntoView({ block: "center" });
  };
  const revealPlace = () => location.hash.length > 1 && reveal(`[id="${CSS.escape(decodeURIComponent(location.hash.slice(1)))}"]`);
  addEventListener("hashchange", revealPlace);
  revealPlace();

  // All replies of a thread at once.
  const replies = findAll(".thread .replies");
  const fold = document.createElement("button");
  const foldAll = () => {
    const open = replies.some((one) => one.open);
    for (const one of replies) one.open = !open;
    fold.textContent = open ? "Open all replies" : "Fold all replies";
  };
  if (replies.length) {
    Object.assign(fold, { type: "button", className: "copy", textContent: "Fold all replies" });
    fold.addEventListener("click", foldAll);
    find("#thread-tools")?.append(fold);
  }

  // A footnote is shown beside its mark. Without this the mark is a link to it, and the note leads back.
  for (const mark of findAll("a.note-mark")) {
    mark.addEventListener("click", (event) => {
      const note = document.getElementById(mark.hash.slice(1));
      if (!note || !HTMLElement.prototype.showPopover) return;
      event.preventDefault();
      const box = document.createElement("div");
      Object.assign(box, { popover: "auto", className: "note-shown" });
      box.append(...[...note.cloneNode(true).childNodes]);
      for (const back of box.querySelectorAll(".note-back")) back.remove();
      const all = Object.assign(document.createElement("a"), { href: mark.hash, textContent: "Go to the note" });
      all.addEventListener("click", () => box.hidePopover());
      box.append(" ", all);
      mark.after(box);
      box.showPopover();
      const place = mark.getBoundingClientRect();
      box.style.left = `${Math.max(8, Math.min(place.left, innerWidth - box.offsetWidth - 8))}px`;
      box.style.top = `${Math.max(8, Math.min(place.bottom + 6, innerHeight - box.offsetHeight - 8))}px`;
      box.addEventListener("toggle", (change) => change.newState === "closed" && (box.remove(), mark.focus()));
      all.focus();
    });
  }

  // Keys, never while typing or with a modifier.
  const stations = () => findAll("article.hit, article.change, .block.body, .comment");
  let here = -1;
  const step = (by) => {
    const all = stations();
    if (!all.length) return;
    all[here]?.classList.remove("here");
    here = Math.min(all.length - 1, Math.max(0, here + by));
    all[here].classList.add("here");
    all[here].scrollIntoView({ block: "center" });
    const link = all[here].querySelector("h3 a, .permalink");
    if (link) link.focus({ preventScroll: true });
  };
  const hits = findAll("mark[id^=hit-]");
  let hit = -1;
  const mark = (by) => {
    if (!hits.length) return;
    findAll("mark.now").forEach((one) => one.classList.remove("now"));
    const asked = location.hash.startsWith("#hit-") && hit < 0 ? hits.findIndex((one) => `#${one.id}` === location.hash) : hit;
    hit = (asked < 0 && by < 0 ? 0 : asked + by + hits.length) % hits.length;
    hits[hit].classList.add("now");
    hits[hit].closest("details:not([open])")?.setAttribute("open", "");
    hits[hit].scrollIntoView({ block: "center" });
  };
  const go = (relation) => find(`a[rel="${relation}"]`)?.click();
  const keys = {
    "/": ["search", () => find(".find input").focus()],
    j: ["next hit, paragraph or comment", () => step(1)],
    k: ["the one before", () => step(-1)],
    ...(hits.length ? { n: ["next place of what was searched", () => mark(1)], p: ["the place before", () => mark(-1)] } : {}),
    "[": ["previous page or article", () => go("prev")],
    "]": ["next page or article", () => go("next")],
    c: ["cite", () => reveal("#cite")],
    e: ["evidence", () => reveal("#evidence")],
    o: ["open or fold all replies", () => foldAll()],
    "?": ["these keys", () => showKeys()],
  };
  const showKeys = () => {
    let dialog = find("dialog.keys-list");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "keys keys-list";
      const title = Object.assign(document.createElement("h2"), { id: "keys-title", textContent: "Keys" });
      dialog.setAttribute("aria-labelledby", title.id);
      const list = document.createElement("dl");
      for (const [key, [what]] of Object.entries(keys)) {
        const term = document.createElement("dt");
        term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
        list.append(term, Object.assign(document.createElement("dd"), { textContent: what }));
      }
      const close = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "Close" });
      close.addEventListener("click", () => dialog.close());
      dialog.append(title, list, close);
      document.body.append(dialog);
    }
    dialog.open ? dialog.close() : dialog.showModal();
  };
  const hint = document.createElement("button");
  hint.type = "button";
  hint.className = "as-link";
  hint.textContent = "Keys (?)";
  hint.addEventListener("click", showKeys);
  find(".site-foot p")?.append(" · ", hint);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const key = keys[event.key];
    if (!key) return;
    event.preventDefault();
    key[1]();
  });
})();
