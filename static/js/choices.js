// The button [data-chosen-label] says what the chosen answer would do: "Link to City Limousines".
function say() {
  const button = document.querySelector("[data-chosen-label]");
  if (!button) return;
  const chosen = document.querySelector("input[type=radio][data-label]:checked");
  button.textContent = chosen?.dataset.label ?? "Link the chosen contact";
}

document.addEventListener("change", (event) => event.target.matches?.("input[data-label]") && say());
document.addEventListener("htmx:afterSettle", say);
say();
