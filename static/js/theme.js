// The server writes the theme into the page, so nothing flashes; this module only remembers.
const root = document.documentElement;
const year = 60 * 60 * 24 * 365;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function cookie(name) {
  return document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.split("=")[1];
}

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax`;
}

function followDevice() {
  if (cookie("theme")) return;
  const theme = dark.matches ? "dark" : "light";
  if (cookie("device_theme") !== theme) remember("device_theme", theme);
  root.dataset.bsTheme = theme;
}

followDevice();
dark.addEventListener("change", followDevice);

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = theme;
  remember("theme", theme);
});
