// A dialog that asks for confirmation first.

/** True once the person said yes; no element asks for more than its own dialog. */
export function isConfirmed(element) {
  if (!element.dataset.confirm) return true;
  const dialog = document.getElementById(element.dataset.confirm);
  return new Promise((answered) => {
    dialog.addEventListener("close", () => answered(dialog.returnValue === "confirm"), { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}

document.addEventListener("click", ({ target }) => {
  const answer = target.closest("dialog.confirm button");
  if (answer) answer.closest("dialog").close(answer.value);
});
