/** Keys of the desk: / search, j and k through the rows, Enter opens, ? helps; `data-key="a"` gives a control its letter. */

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
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

function press(letter: string): boolean {
  const control = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(letter)}"]`);
  if (!control || control.matches(":disabled") || !control.getClientRects().length) return false;
  control.matches("input:not([type=checkbox], [type=radio]), textarea, select") ? control.focus() : control.click();
  return true;
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
      return event.key.length === 1 && press(event.key);
  }
}

export function keys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event)) {
      if (event.key === "Escape") (event.target as HTMLElement).blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (act(event)) event.preventDefault();
  });
}
