// The open modal: shown as a dialog, submitted, closed, and its errors put beside their fields.
import { contentOf, perform, tell, whileBusy } from "./deeds.js";

let cameFrom = null;

/** Opens the dialog that stands in the page, if it is not open yet; gives the focus back when there is none. */
export function showTop() {
  const dialog = document.querySelector("dialog.modal");
  if (dialog && !dialog.open) open(dialog);
  if (!dialog && cameFrom) {
    (cameFrom.isConnected ? cameFrom : document.getElementById("composer-text"))?.focus();
    cameFrom = null;
  }
}

function open(dialog) {
  cameFrom ??= document.activeElement;
  dialog.showModal();
  mark(dialog);
  const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".body :is(input, select, textarea)");
  (first ?? dialog.querySelector("h2")).focus();
}

async function submit(form) {
  const button = form.querySelector("[type=submit]");
  if (!button || form.hasAttribute("aria-busy")) return;
  const label = button.textContent;
  tell("", form);
  button.textContent = "Bezig…";
  const answer = await whileBusy(form, button, () => perform("verstuur", contentOf(form)));
  button.textContent = label;
  showErrors(form, answer.errors ?? {});
  tell(answer.failure, form);
}

function showErrors(form, errors) {
  for (const field of form.querySelectorAll("[data-block]")) {
    field.querySelector("[data-error]").textContent = errors[field.dataset.block] ?? "";
  }
  mark(form);
  form.querySelector("[aria-invalid]")?.focus();
}

/** Lets screen readers know which fields have an error. */
function mark(root) {
  for (const field of root.querySelectorAll("[data-block]")) {
    const control = field.matches("fieldset") ? field : field.querySelector("[name]");
    const isWrong = field.querySelector("[data-error]").textContent !== "";
    if (isWrong) control?.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
  }
}

async function close(dialog) {
  const form = dialog.querySelector("form");
  const answer = await perform("sluit", contentOf(form));
  tell(answer.failure, form);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.source")) return;
  event.preventDefault();
  if (event.target.closest("dialog.modal")) submit(event.target);
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-close]")) close(target.closest("dialog"));
});

document.addEventListener("keydown", (event) => {
  const dialog = event.target.closest?.("dialog");
  if (event.key !== "Escape" || !dialog?.matches(".modal")) return;
  event.preventDefault(); // the app hears of it first; the dialog goes when the server has closed it
  close(dialog);
});

document.addEventListener("input", ({ target }) => {
  const counter = target.parentElement.querySelector("[data-counter]");
  if (!counter || target.maxLength < 0) return;
  counter.textContent = `${target.value.length} / ${target.maxLength}`;
  counter.hidden = target.value.length < target.maxLength / 2; // no figures while there is ample room
});
