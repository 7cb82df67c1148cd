// What a reader keeps lives in this browser only: type and colours, the place in an article, articles and searches to come back to.
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
    } catch (error) {
      console.info(`nothing is kept: ${error.message}`); // storage is full or switched off
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

  // Articles and searches to come back to.
  const kept = () => recall("kept", []);
  if (tools?.dataset.title) {
    const isKept = () => kept().some((one) => one.path === here);
    const toggle = button("", "", () => {
      const others = kept().filter((one) => one.path !== here);
      const { title, original } = tools.dataset;
      keep("kept", isKept() ? others : [...others, { path: here, title, original, at: new Date().toISOString() }]);
      show();
    });
    const all = make("a", { href: "/kept", textContent: "all that you keep", className: "resume" });
    const show = () => {
      toggle.textContent = isKept() ? "Kept ✓" : "Keep";
      toggle.setAttribute("aria-pressed", String(isKept()));
      all.hidden = !isKept();
    };
    tools.prepend(toggle, all);
    show();
  }
  const shelf = find("#kept");
  if (shelf) {
    const draw = () => {
      const items = kept().filter((one) => typeof one.path === "string" && /^\/(?!\/)/.test(one.path));
      shelf.replaceChildren(
        ...items.toReversed().map((one) => {
          const forget = button("Remove", `Remove ${one.title}`, () => {
            keep("kept", kept().filter((other) => other.path !== one.path));
            draw();
          });
          const kind = one.original ? "" : make("span", { className: "flag", textContent: "search" });
          const when = make("small", { textContent: ` kept ${String(one.at).slice(0, 10)} ` });
          return make("li", {}, make("a", { href: one.path, textContent: one.title }), " ", kind, when, forget);
        }),
      );
      find("#none-kept").hidden = items.length > 0;
      const originals = items.filter((one) => one.original).map((one) => `url=${encodeURIComponent(one.original)}`);
      find("#cite-kept").hidden = originals.length === 0;
      for (const link of document.querySelectorAll("#cite-kept a")) link.href = `${link.dataset.cite}?${originals.slice(0, 100).join("&")}`;
    };
    draw();
  }
})();
