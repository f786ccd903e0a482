// A toast states a fact and goes after 8 seconds, later while it is looked at. From the server as a message,
// or with the header HX-Trigger: {"toast": {"text": "…", "undo": "/where/it/is/taken/back/"}}
const stay = 8000;
const place = document.getElementById("toasts");
const template = document.getElementById("toast-template");

function mind(toast) {
  if (toast.dataset.minded) return;
  toast.dataset.minded = "1";
  let timer = setTimeout(() => toast.remove(), stay);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), stay);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
}

function show({ text, undo }) {
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("span").textContent = text;
  const form = toast.querySelector("form");
  if (undo) form.action = undo;
  else form.remove();
  place.append(toast);
}

if (place) {
  for (const toast of place.querySelectorAll("[data-toast]")) mind(toast);
  new MutationObserver(() => {
    for (const toast of place.querySelectorAll("[data-toast]")) mind(toast);
  }).observe(place, { childList: true });
  document.addEventListener("toast", (event) => show(event.detail));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
  });
}
