// The sprite of the icons that pages name: {% icon "house" %} in templates, icon names in lists of Python.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const portals = fileURLToPath(new URL("../src/liangxi/portals/", import.meta.url));
const drawn = fileURLToPath(new URL("node_modules/lucide-static/icons/", import.meta.url));

export async function sprite() {
  const known = new Set((await readdir(drawn)).filter((file) => file.endsWith(".svg")).map((file) => file.slice(0, -4)));
  const wanted = new Set();
  for (const file of await readdir(portals, { recursive: true })) {
    if (!/\.(html|py)$/.test(file)) continue;
    const text = await readFile(join(portals, file), "utf8");
    for (const [, name] of text.matchAll(/["']([a-z][a-z0-9-]*)["']/g)) if (known.has(name)) wanted.add(name);
  }
  const symbols = await Promise.all([...wanted].sort().map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function symbol(name) {
  const svg = await readFile(join(drawn, `${name}.svg`), "utf8");
  const inner = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").replace(/> </g, "><").trim()}</symbol>`;
}
