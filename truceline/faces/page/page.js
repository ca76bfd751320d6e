"use strict";
// The page's own switches: what needs a script appears, light and dark, print.
{
  for (const node of document.querySelectorAll("[data-needs-script]")) node.hidden = false;
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("truceline-theme"); } catch { /* a file may have no storage */ }
  const show = () => {
    if (chosen) root.dataset.theme = chosen; else delete root.dataset.theme;
    const dark = (chosen || (system.matches ? "dark" : "light")) === "dark";
    root.toggleAttribute("data-dark", dark);
    button.setAttribute("aria-pressed", String(dark));
    document.dispatchEvent(new Event("themechange"));
  };
  button.addEventListener("click", () => {
    chosen = root.hasAttribute("data-dark") ? "light" : "dark";
    try { localStorage.setItem("truceline-theme", chosen); } catch { /* as above */ }
    show();
  });
  system.addEventListener("change", show);
  show();
  document.getElementById("print").addEventListener("click", () => print());
}
