// The clock in the bar. It runs by itself, and its buttons move it.
import { onRefresh, refresh } from "./live.js";
import { dayFormat, locale, text } from "./texts.js";

const timeZone = "Europe/Amsterdam";
const day = dayFormat(timeZone);
const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const status = document.getElementById("clock-status");
const behind = new WeakMap(); // the element that shows the time → how far this machine is ahead of it

function run() {
  const shown = document.getElementById("now");
  if (!behind.has(shown)) behind.set(shown, Date.now() - Date.parse(shown.dateTime));
  const now = Date.now() - behind.get(shown);
  const words = `${day(now)}, ${time.format(now)}`;
  if (shown.textContent !== words) shown.textContent = words;
  return words;
}

async function move(number) {
  try {
    const response = await fetch(`/klok/${number}`, { method: "POST" });
    return response.ok ? (await response.json()).failure : text("clock_failed");
  } catch {
    return text("clock_failed");
  }
}

/** Shows a failure. The new time is visible anyway, so it is only announced to screen readers. */
function say(failure) {
  status.classList.toggle("hidden", !failure);
  status.textContent = failure || text("clock_now").replace("{time}", run());
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-move]");
  const bar = button?.closest(".clock");
  if (!button || bar.hasAttribute("aria-busy")) return;
  bar.setAttribute("aria-busy", "true");
  const failure = await move(button.dataset.move);
  await refresh().catch(() => {});
  bar.removeAttribute("aria-busy");
  say(failure);
});

onRefresh(() => {}, run);
setInterval(run, 1000);
run();
while (!document.querySelector("[data-move]")) { // the bot is still starting
  await new Promise((passed) => setTimeout(passed, 1000));
  await refresh().catch(() => {});
}
