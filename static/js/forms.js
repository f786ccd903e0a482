// Forms: say what has not been saved (form[data-unsaved]), send once, bring the summary of errors into view.
const silent = ["hidden", "submit", "button"];
const controls = (form) => [...form.elements].filter((control) => control.name && !silent.includes(control.type));

function isChanged(control) {
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  if (control.options) return [...control.options].some((option) => option.selected !== option.defaultSelected && hasDefault(control));
  return control.value !== control.defaultValue;
}

// A list without a chosen option shows its first one: that is where it began.
function hasDefault(select) {
  const none = ![...select.options].some((option) => option.defaultSelected);
  return !none || select.selectedIndex > 0;
}

function changes(form) {
  return new Set(controls(form).filter(isChanged).map((control) => control.name)).size;
}

function show(form) {
  const bar = form.querySelector("[data-unsaved-bar]");
  const number = changes(form);
  bar.hidden = number === 0 && form.dataset.unsaved !== "dirty";
  bar.querySelector("[data-unsaved-words]").textContent = number === 1 ? "1 change not saved" : number ? `${number} changes not saved` : "Not saved yet";
}

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  show(form);
  form.addEventListener("input", () => show(form));
  form.addEventListener("reset", () => setTimeout(() => show(form)));
  form.querySelector("[data-unsaved-discard]").addEventListener("click", () => form.reset());
}

window.addEventListener("beforeunload", (event) => {
  const open = [...document.querySelectorAll("form[data-unsaved]")].some((form) => !form.dataset.sent && changes(form));
  if (open) event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  return undefined;
});

// Back in the browser's cache, or answered by htmx: the form may be sent again.
function release() {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy=true]")) button.removeAttribute("aria-busy");
}
window.addEventListener("pageshow", (event) => event.persisted && release());
document.addEventListener("htmx:afterRequest", release);

document.querySelector(".sk-summary[data-focus]")?.focus();
