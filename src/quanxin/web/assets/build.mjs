// Copies the browser files that the portal serves from node_modules into ../static/vendor, with their licences.
// Invariant: what is served is byte for byte what the lockfile names; nothing is rewritten on the way except the
// source-map comment of the style sheets, whose maps are not served (a missing map breaks hashed static files).
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const vendor = join(here, "..", "static", "vendor");
const fonts = join(here, "..", "fonts"); // not served: for printed documents alone

const STYLES_AND_SCRIPTS = {
  "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
  "echarts/dist/echarts.common.min.js": "echarts.min.js", // the smallest build with legends
};
// For printed documents: Typst embeds what it uses of them.
const FONTS = {
  "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
  "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
  "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "NotoSansSC.LICENSE.txt",
};
const LICENCES = {
  "bootstrap/LICENSE": "bootstrap.LICENSE.txt",
  "htmx.org/LICENSE": "htmx.LICENSE.txt",
  "echarts/LICENSE": "echarts.LICENSE.txt",
  "echarts/NOTICE": "echarts.NOTICE.txt",
  "zrender/LICENSE": "zrender.LICENSE.txt",
};

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
for (const [from, to] of Object.entries(STYLES_AND_SCRIPTS)) {
  const text = await readFile(join(modules, from), "utf8");
  await writeFile(join(vendor, to), text.replace(/(\/\*# sourceMappingURL=.*?\*\/|\/\/# sourceMappingURL=.*)\s*$/, ""));
}
for (const [from, to] of Object.entries(LICENCES)) {
  await copyFile(join(modules, from), join(vendor, to));
}
await rm(fonts, { recursive: true, force: true });
await mkdir(fonts, { recursive: true });
for (const [from, to] of Object.entries(FONTS)) {
  await copyFile(join(modules, from), join(fonts, to));
}
