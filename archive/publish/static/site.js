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
  for (const button of findAll("button.copy")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => copy(document.getElementById(button.dataset.copy).textContent, button));
  }

  // Selected words with their citation and the address of their paragraph.
  const reading = find(".reading");
  let quote = null;
  const offerQuotation = () => {
    quote?.remove();
    quote = null;
    const selection = document.getSelection();
    const words = selection.toString().trim();
    const place = selection.anchorNode?.parentElement?.closest("[id^='p-'], [id^='c-']");
    if (!reading || !place || words.length < 3 || !navigator.clipboard) return;
    const box = selection.getRangeAt(0).getBoundingClientRect();
    quote = document.createElement("button");
    quote.type = "button";
    quote.className = "quote";
    quote.textContent = "Copy quotation";
    quote.style.left = `${Math.max(8, box.left + scrollX)}px`;
    quote.style.top = `${box.bottom + scrollY + 8}px`;
    const name = place.querySelector(":scope > .who b")?.textContent;
    const when = place.querySelector(":scope > .who time")?.textContent;
    const source = name ? `Comment signed “${name}”${when ? `, ${when}` : ""}, under ${reading.dataset.citation}` : reading.dataset.citation;
    const text = `“${words}”\n\n${source}\n${reading.dataset.permalink}#${place.id}`;
    quote.addEventListener("mousedown", (event) => event.preventDefault());
    quote.addEventListener("click", () => copy(text, quote));
    document.body.append(quote);
  };
  document.addEventListener("mouseup", (event) => event.target === quote || setTimeout(offerQuotation));
  document.addEventListener("keyup", (event) => event.shiftKey && offerQuotation());

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
    c: ["cite", () => find("#cite")?.scrollIntoView()],
    "?": ["these keys", () => showKeys()],
  };
  const showKeys = () => {
    let dialog = find("dialog.keys");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "keys";
      dialog.setAttribute("aria-label", "Keys");
      const list = document.createElement("dl");
      for (const [key, [what]] of Object.entries(keys)) {
        const term = document.createElement("dt");
        term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
        list.append(term, Object.assign(document.createElement("dd"), { textContent: what }));
      }
      dialog.append(list);
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
