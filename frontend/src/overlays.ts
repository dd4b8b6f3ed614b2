/** Dialogs, sheets, menus, and small buttons: opening, closing, copying, printing. */
import { toast, word } from "./words";

function dialogOf(target: Element, attribute: string): HTMLDialogElement | null {
  const name = target.closest<HTMLElement>(`[${attribute}]`)?.getAttribute(attribute);
  return name ? document.querySelector<HTMLDialogElement>(`dialog#${CSS.escape(name)}`) : null;
}

async function copy(button: HTMLElement): Promise<void> {
  const text = button.dataset.copy || button.closest(".sample")?.querySelector("code")?.textContent || "";
  await navigator.clipboard.writeText(text);
  toast(word("copied"));
}

function onClick(event: MouseEvent): void {
  const target = event.target as Element;
  const opened = dialogOf(target, "data-opens");
  if (opened && !opened.open) opened.showModal();
  if (target.closest("[data-closes]")) target.closest("dialog")?.close();
  if (target instanceof HTMLDialogElement) target.close(); // a click beside the dialog
  target.closest("[data-dismiss]")?.parentElement?.remove();
  if (target.closest("[data-print]")) window.print();
  const copies = target.closest<HTMLElement>("[data-copy]");
  if (copies) void copy(copies);
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!menu.contains(target) || target.closest(".menu__list [hx-get]")) menu.open = false;
  }
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
}

export function overlays(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
}
