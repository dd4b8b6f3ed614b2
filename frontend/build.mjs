// The scripts, the styles, the icons: bundled, named by their content, listed in a manifest that the pages read.
import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { sprite } from "./icons.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = here("../src/liangxi/site/static/dist/");
const draft = here("../src/liangxi/site/static/dist.draft/");

await rm(draft, { recursive: true, force: true });
await mkdir(draft, { recursive: true });
const result = await esbuild.build({
  entryPoints: {
    app: here("src/app.ts"),
    map: here("src/map.ts"),
    "map-worker": here("node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"),
    design: here("../src/liangxi/portals/design/static/design/css/design.css"),
  },
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome109", "safari16", "firefox115"],
  outdir: draft,
  entryNames: "[name]-[hash]",
  legalComments: "linked",
  loader: { ".svg": "dataurl" },
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
for (const [file, output] of Object.entries(result.metafile.outputs)) {
  if (output.entryPoint) {
    const name = basename(file);
    manifest[`${name.replace(/-[^-]*$/, "")}${extname(file)}`] = name;
  } else if (file.endsWith(".css")) {
    manifest["map.css"] = basename(file);
  }
}
const icons = await sprite();
const name = `icons-${createHash("sha256").update(icons).digest("hex").slice(0, 8)}.svg`;
await writeFile(draft + name, icons);
manifest["icons.svg"] = name;
await writeFile(draft + "manifest.json", JSON.stringify(manifest, null, 1));

// The manifest is found last and all at once: a page never meets half a build.
await rm(target, { recursive: true, force: true });
await rename(draft, target);
console.log(`${(await readdir(target)).length} files`);
