// Writes the small copies of the scripts in templates/forms, which the gateway serves: `npm run minify`.
// With --print a copy goes to the standard output instead: `node minify.js --print embed`.

import {readFileSync, writeFileSync} from "node:fs";
import {minify} from "terser";

const FORMS = new URL("../../templates/forms/", import.meta.url);
const SCRIPTS = {embed: ["solve.js", "embed.js"], proof: ["solve.js", "proof.js"]};
const OPTIONS = {ecma: 2020, toplevel: true, compress: {passes: 3, unsafe_arrows: true}};

async function small(name) {
  const whole = SCRIPTS[name].map(file => readFileSync(new URL(file, FORMS), "utf8")).join("\n");
  return `${(await minify(whole, OPTIONS)).code}\n`;
}

const [flag, wanted] = process.argv.slice(2);
if (flag === "--print") {
  process.stdout.write(await small(wanted));
} else {
  for (const name in SCRIPTS) writeFileSync(new URL(`${name}.min.js`, FORMS), await small(name));
}
