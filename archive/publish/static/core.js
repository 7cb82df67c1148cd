// The SQL editor makes a field of its own; it gets a name.
"use strict";
addEventListener("load", () => document.querySelector(".CodeMirror textarea")?.setAttribute("aria-label", "SQL"));
