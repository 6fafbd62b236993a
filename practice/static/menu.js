// Buttons that open a list: they say so, and the list closes with Escape, with a choice or with a click elsewhere.

export function toggleMenu(button, isOpen = button.getAttribute("aria-expanded") !== "true") {
  button.setAttribute("aria-expanded", String(isOpen));
  const list = document.getElementById(button.getAttribute("aria-controls"));
  list.hidden = !isOpen;
  list.scrollIntoView({ block: "nearest" });
}

const openMenus = () => document.querySelectorAll("[data-menu][aria-expanded=true]");

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-menu]");
  for (const other of openMenus()) if (other !== button) toggleMenu(other, false);
  if (button) toggleMenu(button);
});

document.addEventListener("keydown", (event) => {
  const [button] = openMenus();
  if (event.key !== "Escape" || !button) return;
  event.preventDefault();
  event.stopPropagation(); // the dialog around it stays
  toggleMenu(button, false);
  if (!event.target.matches("textarea")) button.focus();
}, true);
