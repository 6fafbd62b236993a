// The box for slash commands and messages, and the menu of commands.
import { send, tell } from "./send.js";
import { toggleMenu } from "./menu.js";

const form = document.getElementById("composer");
const box = document.getElementById("composer-text");

async function sendText() {
  const data = new FormData(form);
  if (!box.value.trim()) return;
  write("");
  tell("");
  const answer = await send("zeg", data);
  tell(answer.failure);
  if (answer.failure && !box.value) write(data.get("text"));
}

function write(text) {
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** Shows the matching commands while somebody types the name of one. */
function suggest() {
  const menu = form.querySelector("[data-menu]");
  if (!menu) return;
  const items = [...form.querySelectorAll("[data-fill], [data-shortcut]")];
  const isCommand = /^\/\S*$/.test(box.value);
  for (const item of items) item.parentElement.hidden = isCommand && !item.dataset.fill?.startsWith(box.value);
  toggleMenu(menu, isCommand && items.some((item) => !item.parentElement.hidden));
}

async function choose(item) {
  if (item.dataset.fill) {
    write(item.dataset.fill);
    box.focus();
    return;
  }
  const data = new FormData();
  data.set("callback_id", item.dataset.shortcut);
  box.focus();
  tell((await send("snelkoppeling", data)).failure);
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendText();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    sendText();
  });
  box.addEventListener("input", () => {
    fit();
    suggest();
  });
  form.addEventListener("click", ({ target }) => {
    const item = target.closest("[data-fill], [data-shortcut]");
    if (item) choose(item);
  });
  box.disabled = false;
}
