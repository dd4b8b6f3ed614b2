/** Live parts of a page: `data-live="/live/?t=ticket"` listens to the server; each notice fires `live` on the element.

htmx renews the element on that event. The stream ends with its element; an expired ticket asks for the page anew. */
import { toast, word } from "./words";

const PAUSE = 300; // ms: notices that come together renew once
const open = new Map<HTMLElement, EventSource>();

function listen(element: HTMLElement): void {
  if (open.has(element)) return;
  const source = new EventSource(element.dataset.live ?? "");
  open.set(element, source);
  let waiting = 0;
  let failures = 0;
  const renew = (): void => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => element.dispatchEvent(new CustomEvent("live")), PAUSE);
  };
  source.onopen = () => {
    if (failures) renew(); // what happened while nobody listened
    failures = 0;
  };
  source.onmessage = renew;
  source.onerror = () => {
    failures += 1;
    if (source.readyState !== EventSource.CLOSED) return;
    stop(element);
    if (navigator.onLine) toast(word("gone"), true);
  };
}

function stop(element: HTMLElement): void {
  open.get(element)?.close();
  open.delete(element);
}

function look(): void {
  for (const element of open.keys()) if (!element.isConnected) stop(element);
  for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) listen(element);
}

export function live(): void {
  look();
  document.addEventListener("htmx:after:swap", look);
  window.addEventListener("pagehide", () => [...open.keys()].forEach(stop));
  window.addEventListener("pageshow", (event) => event.persisted && look());
  window.addEventListener("offline", () => toast(word("offline"), true));
}
