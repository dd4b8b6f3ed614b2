/** Forms: mistakes get the focus, a form is sent once, and a form with `data-keep` is not left with typed text by mistake. */
import { toast, word } from "./words";

function focusOn(root: ParentNode): void {
  root.querySelector<HTMLElement>("[data-focus]")?.focus();
}

let dirty: HTMLFormElement | null = null;

/** A link of an error summary leads to the field itself, not only to its place on the page. */
function followError(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>(".error-summary a[href^='#']");
  const place = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const field = place?.matches("input, select, textarea, button") ? place : place?.querySelector<HTMLElement>("input, select, textarea");
  if (!field) return;
  event.preventDefault();
  field.focus();
  (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
}

export function forms(): void {
  focusOn(document);
  document.addEventListener("click", followError);
  document.addEventListener("htmx:error", () => toast(word(navigator.onLine ? "failed" : "offline"), true));
  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = (event as CustomEvent<{ ctx: { response: { status: number }; swap: string } }>).detail;
    if (ctx.response.status === 422 || ctx.response.status === 409) return; // the answer says what to mend
    ctx.swap = "none"; // a page of an error has no place within a page
    toast(word("failed"), true);
  });
  document.addEventListener("htmx:after:swap", (event) => focusOn(event.target as Element));
  document.addEventListener("input", (event) => {
    const form = (event.target as Element).closest("form");
    if (form?.dataset.keep !== undefined) dirty = form;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    dirty = null;
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      form.dataset.sent = "";
      form.setAttribute("aria-busy", "true");
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      form.removeAttribute("data-sent");
      form.removeAttribute("aria-busy");
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty?.isConnected) event.preventDefault();
  });
}
