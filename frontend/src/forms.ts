/** Forms: mistakes get the focus, a form is sent once, typed text is not lost by leaving the page. */

function focusOn(root: ParentNode): void {
  root.querySelector<HTMLElement>("[data-focus]")?.focus();
}

let dirty: HTMLFormElement | null = null;

export function forms(): void {
  focusOn(document);
  document.addEventListener("htmx:after:swap", (event) => focusOn(event.target as Element));
  document.addEventListener("input", (event) => {
    const form = (event.target as Element).closest("form");
    if (form?.method === "post" && !form.hasAttribute("hx-get")) dirty = form;
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
    if (dirty?.isConnected && dirty.dataset.keep !== undefined) event.preventDefault();
  });
}
