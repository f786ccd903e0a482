// Keys: / find · j k rows · x select · p preview · c contact · [ ] months · g then h c b w · ? all of them.
// They rest while a field has the focus and while a dialog is open, and can be switched off (WCAG 2.1.4),
// by the person in their profile, or for this browser in the list of shortcuts.
const year = 60 * 60 * 24 * 365;
let going = false;

const isOff = () => document.body.dataset.shortcuts === "off" || document.cookie.split("; ").includes("shortcuts=off");
const isTyping = (target) => target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const isSeen = (element) => element.checkVisibility?.() ?? true;
const main = () => document.getElementById("main") ?? document;
const rows = () => [...main().querySelectorAll(".sk-table tbody tr:not(.sk-note-row):has(.sk-key), [data-row]")].filter(isSeen);
const current = () => main().querySelector(".sk-cursor");

function press(element) {
  if (element) element.click();
  return Boolean(element);
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const index = all.indexOf(current());
  const next = all[Math.min(Math.max(index + step, 0), all.length - 1)];
  current()?.classList.remove("sk-cursor");
  next.classList.add("sk-cursor");
  (next.querySelector(".sk-key a") ?? next.querySelector("a, button"))?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function find() {
  const field = [...document.querySelectorAll("[data-find], [data-search]")]
    .sort((a, b) => Number("search" in a.dataset) - Number("search" in b.dataset))
    .find(isSeen);
  field?.focus();
  field?.select();
  return Boolean(field);
}

const inRow = (selector) => press(current()?.querySelector(selector));

const acts = {
  "/": find,
  j: () => move(1),
  k: () => move(-1),
  x: () => inRow(".sk-lead input, input[type=checkbox]"),
  p: () => inRow("[data-key=p]"),
  c: () => inRow("[data-key=c]"),
  "[": () => press(document.querySelector('[data-key="["]')),
  "]": () => press(document.querySelector('[data-key="]"]')),
  "?": () => press(document.querySelector("[data-dialog-open=shortcuts]")),
  g: () => (going = true),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target) && !document.querySelector("dialog[open]")) return event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || isOff() || isTyping(event.target)) return undefined;
  if (document.querySelector("dialog[open]")) return undefined;
  const wasGoing = going;
  going = false;
  const handled = wasGoing ? press(document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)) : acts[event.key]?.();
  if (handled) event.preventDefault();
  return undefined;
});

// The row under the focus is the current row, also when one tabs.
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("tr, [data-row]");
  if (!row || row === current() || !rows().includes(row)) return;
  current()?.classList.remove("sk-cursor");
  row.classList.add("sk-cursor");
});

const toggle = document.querySelector("[data-shortcuts-switch]");
if (toggle) {
  toggle.checked = !isOff();
  toggle.addEventListener("change", () => {
    document.cookie = `shortcuts=${toggle.checked ? "on" : "off"}; path=/; max-age=${year}; samesite=lax`;
  });
}
