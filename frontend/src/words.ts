/** Words and toasts: what scripts say comes from the page, in the page's language. */

export function word(name: string): string {
  return document.querySelector<HTMLTemplateElement>("#words")?.dataset[name] ?? "";
}

/** Says something at the edge of the page, for eyes and screen readers. */
export function toast(text: string, failed = false): void {
  const place = document.querySelector("#toasts");
  if (!place || !text) return;
  const box = document.createElement("div");
  box.className = failed ? "toast toast--failed" : "toast";
  const said = document.createElement("span");
  said.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", word("close"));
  close.textContent = "×";
  box.append(said, close);
  place.append(box);
  if (!failed) setTimeout(() => box.remove(), 6000);
}
