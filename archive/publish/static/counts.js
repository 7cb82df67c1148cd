"use strict"; // a number says what it counts when it is tapped: a touch screen shows no titles
document.addEventListener("click", (event) => {
  const mark = event.target.closest("data.count");
  document.querySelector(".meaning")?.remove();
  if (!mark || mark.closest("a, summary, button")) return;
  const said = document.createElement("span");
  said.className = "meaning";
  said.setAttribute("role", "status");
  said.textContent = mark.title;
  mark.after(said);
});
