// Comforts only: every page works without this file.
"use strict";
(() => {
  for (const link of document.querySelectorAll("a.picture")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const picture = document.createElement("img");
      picture.referrerPolicy = "no-referrer";
      picture.alt = link.dataset.alt || "";
      picture.src = link.href;
      link.replaceWith(picture);
    });
  }
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }
})();
