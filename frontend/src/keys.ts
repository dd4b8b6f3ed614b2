/** Keys of the desk: / search, j and k through the rows, Enter opens, ? helps.

`data-key="a"` gives a control its letter, `data-key="g i"` a pair that is pressed one after the other. */

const PAIR = 1200; // ms in which the second letter must come
let first = "";
let firstAt = 0;

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-rows] tbody tr")];
}

function move(step: number): void {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))];
  for (const row of all) row.removeAttribute("aria-selected");
  if (!next) return;
  next.setAttribute("aria-selected", "true");
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function openRow(): boolean {
  const link = document.querySelector<HTMLAnchorElement>('[data-rows] tr[aria-selected="true"] a[href]');
  link?.click();
  return link !== null;
}

function press(name: string): boolean {
  const control = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(name)}"]`);
  if (!control || control.matches(":disabled") || !control.getClientRects().length) return false;
  control.matches("input:not([type=checkbox], [type=radio]), textarea, select") ? control.focus() : control.click();
  return true;
}

/** A letter alone, or as the second of a pair; `g` waits for its second where a page has pairs. */
function letter(key: string): boolean {
  const began = performance.now() - firstAt < PAIR ? first : "";
  first = "";
  if (began) return press(`${began} ${key}`);
  if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
    [first, firstAt] = [key, performance.now()];
    return true;
  }
  return press(key);
}

function act(event: KeyboardEvent): boolean {
  switch (event.key) {
    case "/": {
      const box = document.querySelector<HTMLInputElement>("input[type=search]");
      box?.focus();
      return box !== null;
    }
    case "j":
    case "k":
      move(event.key === "j" ? 1 : -1);
      return true;
    case "Enter":
      return (event.target as Element).matches("tr, body") && openRow();
    case "?": {
      const help = document.querySelector<HTMLDialogElement>("dialog#keys");
      help?.showModal();
      return help !== null;
    }
    default:
      return event.key.length === 1 && letter(event.key);
  }
}

export function keys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (isTyping(event)) {
      if (event.key === "Escape") (event.target as HTMLElement).blur();
      return;
    }
    if (act(event)) event.preventDefault();
  });
}
