// Shows a chosen date in words, below its field.
import { dayFormat } from "./texts.js";

const words = dayFormat("UTC");

document.addEventListener("input", ({ target }) => {
  const shown = target.nextElementSibling;
  if (target.type === "date" && shown?.matches(".in-words")) shown.textContent = target.value ? words(target.valueAsDate) : "";
});
