// Dialogs: opened by [data-dialog-open="id"], or by arriving in #dialog-root; focus goes back to what opened them.
// Menus (<details class="sk-menu">) close on Escape and on a click elsewhere.
const openers = new WeakMap();

function open(dialog) {
  if (dialog.open) return;
  openers.set(dialog, document.activeElement);
  dialog.showModal();
}

function arrived(root) {
  const dialog = root.querySelector("dialog");
  if (dialog) open(dialog);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    closeMenus(null);
    open(document.getElementById(opener.dataset.dialogOpen));
  }
  const closer = event.target.closest("dialog [data-dialog-close]");
  if (closer) {
    event.preventDefault(); // a link that closes leads back only where scripts do not run
    closer.closest("dialog").close();
  }
  if (event.target.matches("dialog[data-dialog]")) event.target.close(); // the backdrop
  closeMenus(event.target.closest("details.sk-menu"));
});

document.addEventListener(
  "close",
  (event) => {
    const dialog = event.target;
    if (!dialog.matches?.("dialog[data-dialog]")) return;
    const opener = openers.get(dialog);
    if (opener?.isConnected) opener.focus();
    if (dialog.parentElement?.id === "dialog-root") dialog.remove();
    document.querySelector("[data-dialog-back]")?.click(); // it was a page of its own
  },
  true,
);

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "dialog-root") arrived(event.target);
});

// A view that has finished answers with the header HX-Trigger: {"close-dialog": ""}
document.addEventListener("close-dialog", () => {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.sk-menu[open]");
  if (!menu) return;
  closeMenus(null);
  menu.querySelector("summary").focus();
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.sk-menu[open]")) if (menu !== except) menu.open = false;
}

const root = document.getElementById("dialog-root");
if (root) arrived(root);
