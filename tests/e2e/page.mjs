// Opens reports in Chromium and tells on stdout, as JSON, what a person would see.
//   node page.mjs MODULES PICTURES FILE...
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const [modules, pictures, plain, hostile, large] = process.argv.slice(2);
const require = createRequire(modules + "/x.js");
const {chromium} = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const found = {errors: [], requests: [], dialogs: 0, axe: []};
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || undefined, args: ["--no-sandbox", "--disable-gpu",
  "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]});

async function show(file, options, use) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("pageerror", error => found.errors.push(error.message));
  page.on("console", message => message.type() === "error" && found.errors.push(message.text()));
  page.on("dialog", dialog => { found.dialogs++; dialog.dismiss(); });
  page.on("request", request => request.url().startsWith("file:") || found.requests.push(request.url()));
  const begun = Date.now();
  await page.goto(pathToFileURL(file).href);
  await use(page, Date.now() - begun);
  await context.close();
}

async function judge(page, name) {
  await page.addScriptTag({content: axe});
  const result = await page.evaluate(() => axe.run());
  for (const one of result.violations)
    if (["serious", "critical"].includes(one.impact)) found.axe.push(`${name}: ${one.id} ${one.nodes[0].html.slice(0, 120)}`);
}

const rows = (page, id) => page.locator(`#${id} details`).count();

for (const [name, options] of Object.entries({wide: {viewport: {width: 1280, height: 900}},
  narrow: {viewport: {width: 390, height: 844}}, dark: {viewport: {width: 1280, height: 900}, colorScheme: "dark"}}))
  await show(plain, options, async page => {
    await judge(page, name);
    await page.screenshot({path: `${pictures}/${name}.png`, fullPage: true});
    found[`${name} overflow`] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  });

await show(plain, {viewport: {width: 1280, height: 900}}, async page => {
  found.title = await page.title();
  found.sections = await page.locator("main h2").allTextContents();
  found.all = await rows(page, "changes");
  await page.keyboard.press("/");
  found.focused = await page.evaluate(() => document.activeElement.type);
  await page.keyboard.type("bucket");
  found.searched = await rows(page, "changes");
  await page.locator("#changes-search").fill("");
  await page.locator("#changes details summary").first().click();
  await page.waitForFunction(() => location.hash !== "");  // the browser tells the page a moment after the click
  found.hash = new URL(page.url()).hash;
  await page.locator("#decisions details summary").first().click();
  found.reason = await page.locator("#decisions details[open] p").first().textContent();
  await page.getByRole("button", {name: "Theme"}).click();
  await page.getByRole("button", {name: "Theme"}).click();
  found.theme = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({media: "print"});
  found.printed = await page.locator("nav").isVisible();
});
await show(plain, {viewport: {width: 1280, height: 900}}, async page => {
  await page.goto(pathToFileURL(plain).href + found.hash);
  await page.locator("details.target[open]").first().waitFor();
  found.linked = await page.locator("details.target[open]").count();
});
await show(hostile, {}, async page => {
  await judge(page, "hostile");
  found.scripts = await page.evaluate(() => document.scripts.length);
  found.images = await page.evaluate(() => document.images.length);
  await page.locator("#changes select").selectOption("delete");
  found.filtered = await rows(page, "changes");
  found.shown = (await page.locator("h1").textContent()).includes("<script>");
});
await show(large, {}, async (page, took) => {
  found.large = {took, rows: await rows(page, "changes")};
  await page.locator("#changes-search").fill("n4999");
  found.large.found = await rows(page, "changes");
});
await browser.close();
console.log(JSON.stringify(found));
