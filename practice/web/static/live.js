// Keeps the page up to date: waits for a change, fetches the page again and replaces only what differs.
// Unchanged nodes stay, so that focus, open details and typed text survive.

const madeFrom = new WeakMap(); // node → the HTML that the server sent for it
const listeners = [];
let version = document.body.dataset.version;
let running = Promise.resolve();
let pressing = Promise.resolve(); // until the finger is off: a button that is replaced under it is not clicked
const LONGEST_PRESS = 2000; // a list that opens can take the end of a press

addEventListener("pointerdown", () => {
  pressing = new Promise((released) => {
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(released), { once: true });
    setTimeout(released, LONGEST_PRESS);
  });
});

for (const region of regions(document)) {
  for (const child of region.children) madeFrom.set(child, child.outerHTML);
}

function regions(root) {
  return root.querySelectorAll("[data-live]");
}

/** Calls `before()` before each refresh, and `after(freshDocument, resultOfBefore)` after it. */
export function onRefresh(before, after) {
  listeners.push({ before, after });
}

/** Shows the page as it is on the server now. */
export function refresh() {
  running = running.then(fetchAndPatch, fetchAndPatch);
  return running;
}

async function fetchAndPatch() {
  const response = await fetch(location.href);
  if (!response.ok) throw new Error(response.statusText);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  await pressing;
  const focused = document.activeElement?.matches("h2") ? "" : document.activeElement?.id; // a heading gives way to a field
  const remembered = listeners.map(({ before }) => before());
  const freshRegions = [...regions(fresh)];
  for (const region of regions(document)) {
    patch(region, freshRegions.find((other) => other.dataset.live === region.dataset.live));
  }
  version = fresh.body.dataset.version;
  listeners.forEach(({ after }, index) => after(fresh, remembered[index]));
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

function patch(region, fresh) {
  const next = new Map([...fresh.children].map((child) => [child.dataset.key, child]));
  const gone = new Map();
  const kept = new Map();
  for (const child of [...region.children]) {
    const key = child.dataset.key;
    if (next.has(key) && isSame(child, next.get(key))) {
      kept.set(key, child);
    } else {
      gone.set(key, child);
      child.remove();
    }
  }
  let place = region.firstElementChild;
  for (const [key, child] of next) {
    if (kept.has(key)) {
      place = kept.get(key).nextElementSibling;
    } else {
      madeFrom.set(child, child.outerHTML);
      if (gone.has(key)) keepTyped(gone.get(key), child);
      region.insertBefore(child, place);
    }
  }
}

/** A view is unchanged while its hash is, whatever was typed in it. */
function isSame(shown, fresh) {
  return fresh.dataset.hash ? shown.dataset.hash === fresh.dataset.hash : madeFrom.get(shown) === fresh.outerHTML;
}

/** Keeps what somebody typed or chose in an element that is still there, as Slack does. */
function keepTyped(old, fresh) {
  if (old.matches("details")) fresh.open = old.open;
  const controls = [...fresh.querySelectorAll("[name]")];
  for (const control of old.querySelectorAll("[name]")) {
    const isChoice = ["radio", "checkbox"].includes(control.type);
    const same = controls.find((other) => other.name === control.name && (!isChoice || other.value === control.value));
    if (!same || !isTouched(control)) continue;
    if (isChoice) same.checked = control.checked;
    else same.value = control.value;
  }
}

function isTouched(control) {
  if (control.tagName !== "SELECT") {
    return control.value !== control.defaultValue || control.checked !== control.defaultChecked;
  }
  const initial = [...control.options].findIndex((option) => option.defaultSelected);
  return control.selectedIndex !== Math.max(initial, 0);
}

/** Runs while the page is open. A hidden page waits, because browsers allow few connections at a time. */
export async function keepUpToDate(sayOffline) {
  for (;;) {
    if (document.hidden) await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
    try {
      const response = await fetch(`${document.body.dataset.base}/versie?since=${version}`);
      const latest = await response.json();
      if (String(latest.version) !== version) await refresh();
      sayOffline(false);
    } catch {
      sayOffline(true);
      await new Promise((passed) => setTimeout(passed, 2000));
    }
  }
}
