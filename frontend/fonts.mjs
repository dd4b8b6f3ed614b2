// The fonts of certificates, from their package into the room that prints them. The licence goes with them.
import { copyFile, mkdir } from "node:fs/promises";

const source = new URL("node_modules/@expo-google-fonts/noto-serif-sc/", import.meta.url);
const target = new URL("../src/liangxi/core/certificates/fonts/", import.meta.url);
const files = {
  "400Regular/NotoSerifSC_400Regular.ttf": "NotoSerifSC-Regular.ttf",
  "700Bold/NotoSerifSC_700Bold.ttf": "NotoSerifSC-Bold.ttf",
  LICENSE_FONT: "OFL.txt",
};

await mkdir(target, { recursive: true });
for (const [from, to] of Object.entries(files)) {
  await copyFile(new URL(from, source), new URL(to, target));
}
