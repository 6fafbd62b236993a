// Buttons that open a menu. It closes on Escape, on a choice, and on a click elsewhere.

const MARGIN_PX = 8;

/** Moves a menu that sticks out on the right; it would make the page scroll sideways. */
function keepInside(list) {
  list.style.translate = "";
  const room = (list.closest(".body, .scroll") ?? document.documentElement).getBoundingClientRect();
  const { left, right } = list.getBoundingClientRect();
  const out = Math.max(right + MARGIN_PX - room.right, 0);
  list.style.translate = `${-Math.min(out, Math.max(left - room.left, 0))}px`;
}

export function toggleMenu(button, isOpen = button.getAttribute("aria-expanded") !== "true") {
  button.setAttribute("aria-expanded", String(isOpen));
  const list = document.getElementById(button.getAttribute("aria-controls"));
  list.hidden = !isOpen;
  if (isOpen) keepInside(list);
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
  event.stopPropagation(); // keep the dialog around it open
  toggleMenu(button, false);
  if (!event.target.matches("textarea")) button.focus();
}, true);
