// Chosen rows: [data-selection] holds the table and the bar. A row's box may carry data-amount="150.00".
// Sums are made in pence, since 0.1 + 0.2 is not 0.3.
const pence = (amount) => Math.round(Number(amount) * 100);
const pounds = (amount) =>
  `${amount < 0 ? "−" : ""}£${(Math.abs(amount) / 100).toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

const boxes = (place) => [...place.querySelectorAll("tbody input[type=checkbox]")];

function count(place) {
  const all = boxes(place);
  const chosen = all.filter((box) => box.checked);
  for (const box of all) {
    const row = box.closest("tr");
    if (box.checked) row.setAttribute("aria-selected", "true");
    else row.removeAttribute("aria-selected");
  }
  const head = place.querySelector("[data-select-all]");
  if (head) {
    head.checked = all.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  say(place.querySelector("[data-selection-bar]"), chosen);
}

function say(bar, chosen) {
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  bar.querySelector("[data-selection-count]").textContent = chosen.length;
  const hasSum = chosen.some((box) => box.dataset.amount);
  bar.querySelector("[data-selection-sum-part]").hidden = !hasSum;
  bar.querySelector("[data-selection-sum]").textContent = pounds(chosen.reduce((sum, box) => sum + pence(box.dataset.amount ?? 0), 0));
}

document.addEventListener("change", (event) => {
  const place = event.target.closest("[data-selection]");
  if (!place || event.target.type !== "checkbox") return;
  if (event.target.matches("[data-select-all]")) for (const box of boxes(place)) box.checked = event.target.checked;
  count(place);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-selection-clear]")) return;
  const place = event.target.closest("[data-selection]");
  for (const box of boxes(place)) box.checked = false;
  count(place);
});

const countAll = () => document.querySelectorAll("[data-selection]").forEach(count);
countAll();
document.addEventListener("htmx:afterSettle", countAll);
