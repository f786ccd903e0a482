// Says once that a person looks at the page: on the first movement, never on loading, since mail scanners load pages.
const place = document.querySelector("[data-viewed]")?.dataset.viewed;
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
const signs = ["pointermove", "pointerdown", "keydown", "touchstart", "scroll"];

function say() {
  for (const sign of signs) window.removeEventListener(sign, say);
  fetch(place, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => undefined);
}

if (place && token) for (const sign of signs) window.addEventListener(sign, say, { passive: true });
