// Before anything is painted: the colours and the size of type that this reader chose. Nothing leaves the browser.
"use strict";
(() => {
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("comforts")) || {};
  } catch {
    return; // storage is switched off: the system's colours
  }
  const root = document.documentElement;
  if (chosen.theme === "light" || chosen.theme === "dark") root.dataset.theme = chosen.theme;
  if (chosen.face === "sans") root.dataset.face = "sans";
  if (Number.isInteger(chosen.size)) root.style.setProperty("--size", String(1 + 0.1 * Math.max(-3, Math.min(6, chosen.size))));
})();
