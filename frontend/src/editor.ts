/** Numbers beside the lines of a text, and the way from a fault to its line. The text stays a plain field. */

function number(text: HTMLTextAreaElement, gutter: HTMLElement): void {
  const count = text.value.split("\n").length;
  if (gutter.childElementCount === 0 && Number(gutter.dataset.count) === count) return;
  gutter.dataset.count = String(count);
  gutter.textContent = Array.from({ length: count }, (_, line) => line + 1).join("\n");
}

function dress(text: HTMLTextAreaElement): void {
  if (text.previousElementSibling) return;
  const gutter = document.createElement("div");
  gutter.className = "editor__lines";
  gutter.setAttribute("aria-hidden", "true");
  text.before(gutter);
  number(text, gutter);
  text.addEventListener("input", () => number(text, gutter));
  text.addEventListener("scroll", () => (gutter.scrollTop = text.scrollTop));
}

function showLine(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-line]");
  const text = link && document.querySelector<HTMLTextAreaElement>(link.hash);
  if (!text) return;
  event.preventDefault();
  const lines = text.value.split("\n");
  const line = Math.min(Number(link.dataset.line), lines.length) - 1;
  const start = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line]?.length ?? 0));
  text.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(text).lineHeight));
  text.scrollLeft = 0;
}

export function editor(): void {
  document.querySelectorAll<HTMLTextAreaElement>("textarea[data-lines]").forEach(dress);
  document.addEventListener("click", showLine);
}
