"use strict";
// Filters by words and verdict; the choice is kept in the address, so that it can be passed on.
const form = document.querySelector("form");
const rows = [...document.querySelectorAll("details[data-verdict]")];
function show() {
  const words = form.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let shown = 0;
  for (const row of rows) {
    const fits = wanted.has(row.dataset.verdict) && words.every((word) => row.dataset.words.includes(word));
    row.hidden = !fits;
    shown += fits;
  }
  form.querySelector("output").value = `${shown} of ${rows.length} variants`;
  const choice = new URLSearchParams();
  if (words.length) choice.set("words", words.join(" "));
  if (wanted.size < boxes.length) choice.set("verdicts", [...wanted].join(" "));
  if (!document.getElementById(decodeURIComponent(location.hash.slice(1))))
    history.replaceState(null, "", choice.size ? "#" + choice : location.pathname + location.search);
}
function arrive() {
  const name = decodeURIComponent(location.hash.slice(1));
  const row = document.getElementById(name);
  if (row instanceof HTMLDetailsElement) { row.open = true; row.scrollIntoView(); return; }
  const choice = new URLSearchParams(location.hash.slice(1));
  if (choice.has("words")) form.words.value = choice.get("words");
  if (choice.has("verdicts")) {
    const wanted = choice.get("verdicts").split(" ");
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = wanted.includes(box.value);
  }
}
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", () => { arrive(); });
arrive();
show();
