// The composer: reads the form, asks the package in the page, and shows what it returns. It holds no rule and no number.
import { Engine } from "./live-engine.js";

const WAIT = 250;
const MEMORY = "j1553ref-composer";

/** @param {string} tag @param {Record<string, string>} [attrs] @param {...(Node | string)} inside @returns {HTMLElement} */
function el(tag, attrs = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) { made.setAttribute(name, value); }
  made.append(...inside);
  return made;
}

/** @param {string[]} heads @param {(Node | string)[][]} rows @param {string} name */
function table(heads, rows, name) {
  const head = el("tr", {}, ...heads.map((words) => el("th", { scope: "col" }, words)));
  const body = rows.map(([first, ...others]) =>
    el("tr", {}, el("th", { scope: "row" }, first), ...others.map((cell) => el("td", {}, cell))));
  return el("div", { class: "composed-scroll" },
    el("table", { class: name }, el("thead", {}, head), el("tbody", {}, ...body)));
}

/** @param {string} words @param {...Node} inside */
function folded(words, ...inside) {
  return el("details", { class: "composed-more" }, el("summary", {}, words), ...inside);
}

/** A text with a button that copies it. @param {string} text @param {string} what */
function copied(text, what) {
  const button = /** @type {HTMLButtonElement} */ (el("button", { type: "button", class: "composed-copy", "aria-label": `Copy ${what}` }, "Copy"));
  button.addEventListener("click", () => put(text, button));
  return el("span", { class: "composed-string" }, el("code", {}, text), " ", button);
}

/** @param {string} text @param {HTMLElement} button */
async function put(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch (refused) {
    button.textContent = "Select and copy it";
  }
  setTimeout(() => { button.textContent = before; }, 2000);
}

/** @param {any} answer */
function lines(answer) {
  const paid = answer.payment ? answer.payment.lines : [];
  const heads = ["Line", "Code", "Units", "NDC", ...(answer.payment ? ["Medicare allows"] : [])];
  const rows = answer.claim_lines.map((line, at) => {
    const strings = el("div", {});
    line.ndc_strings.forEach((alike, number) => {
      alike.forEach((text, other) => {
        const row = el("div", { class: number > 0 || other > 0 ? "composed-further" : "composed-first" }, copied(text, `the NDC string ${text}`));
        if (other > 0) { row.prepend("or "); }
        strings.append(row);
      });
    });
    return [String(line.number), el("strong", {}, [line.code, ...line.modifiers].join(" ")), String(line.units), strings,
      ...(answer.payment ? [paid[at] ? `$${paid[at].allowed}` : ""] : [])];
  });
  return table(heads, rows, "composed-lines");
}

/** @param {any} answer */
function money(answer) {
  if (!answer.payment) { return []; }
  const { allowed, patient, medicare, per_unit: unit, until } = answer.payment;
  return [el("p", { class: "composed-money" },
    `Medicare allows $${allowed} for the drug ($${unit} a unit${until ? `, known until ${until}` : ""}). With the deductible met ` +
    `the patient owes $${patient}, and Medicare pays $${medicare}.`)];
}

/** @param {any} form */
function paper(form) {
  const box = (held) => {
    const value = el("dd", {}, held.value);
    const name = el("dt", {}, el("b", {}, held.label), ` ${held.meaning}`);
    if (held.why) {
      const more = folded("Why", el("p", {}, held.why, held.fact ? ` (${held.fact})` : ""));
      return el("div", {}, name, value, more);
    }
    return el("div", {}, name, value);
  };
  const sheets = form.sheets.flatMap((sheet) => [
    el("dl", { class: "boxes" }, ...sheet.head.map(box)),
    ...sheet.rows.map((row) => el("section", { class: "composed-row" },
      el("h4", {}, `Line ${row.number}`), ...(row.shaded ? [el("p", { class: "composed-shaded" }, copied(row.shaded, "the shaded row"))] : []),
      el("dl", { class: "boxes" }, ...row.boxes.filter((held) => held.meaning).map(box)))),
    el("dl", { class: "boxes" }, ...sheet.foot.map(box)),
  ]);
  return folded(`Show on the ${form.title}`, ...sheets, ...form.notes.map((note) => el("p", { class: "composed-note" }, note)));
}

/** @param {any} answer */
function check(answer) {
  const found = answer.findings.map((finding) =>
    el("li", { class: `finding ${finding.severity}` }, el("a", { href: finding.help }, finding.code), ` ${finding.message}`));
  const todo = answer.to_do.map((step) => el("li", {}, `${step.do} (${step.rules.length} ${step.rules.length === 1 ? "rule waits" : "rules wait"})`));
  return folded(found.length ? `The check: ${found.length} to look at` : "The check: nothing found",
    ...(found.length ? [el("ul", {}, ...found)] : []),
    ...(todo.length ? [el("p", {}, "Not checked yet. To go on:"), el("ul", {}, ...todo)] : []));
}

/** @param {any} answer */
function sources(answer) {
  const rows = answer.facts.map((fact) => [fact.label, fact.value, `${fact.grade}, checked ${fact.checked}`, fact.sources.join("; ")]);
  return folded("Where each number is from", table(["What", "On this date", "How firm", "Source"], rows, "composed-facts"));
}

class Composer {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.form = /** @type {HTMLFormElement} */ (root.querySelector("form"));
    this.state = /** @type {HTMLElement} */ (root.querySelector(".composer-state"));
    this.out = /** @type {HTMLElement} */ (root.querySelector("#composed"));
    this.json = /** @type {HTMLElement} */ (root.querySelector("#answer"));
    const about = new URL(root.dataset.about || "", document.baseURI).href;
    this.engine = new Engine(about, (words) => { this.state.textContent = words; });
    this.kept = (root.dataset.kept || "").split(" ");
    this.asked = 0;
    root.classList.add("composer-live");
    this.fill();
    this.form.addEventListener("focusin", () => this.engine.start().catch((reason) => this.fail(reason)), { once: true });
    this.form.addEventListener("input", () => this.soon());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.soon(); });
    this.form.addEventListener("reset", () => { this.forget(); setTimeout(() => this.clear()); });
    this.form.querySelector(".composer-copy").addEventListener("click", (event) => put(this.address(), event.currentTarget));
    this.form.querySelector(".composer-print").addEventListener("click", () => print());
    addEventListener("hashchange", () => { this.fill(); this.soon(); });
    if (this.entries().dose_mg || this.entries().weight_kg) { this.soon(); }
  }

  /** What was typed, by the names of the package. @returns {Record<string, string>} */
  entries() {
    const out = {};
    for (const [name, value] of new FormData(this.form)) { if (value) { out[name] = String(value); } }
    return out;
  }

  /** The page with these entries behind the number sign, which no browser sends to a server. */
  address() {
    return `${location.href.split("#")[0]}#${new URLSearchParams(this.entries())}`;
  }

  /** Take the entries from the address, and from this computer what the reader chose before. */
  fill() {
    const given = new URLSearchParams(location.hash.slice(1));
    let before = {};
    try { before = JSON.parse(localStorage.getItem(MEMORY) || "{}"); } catch (refused) { /* then nothing was kept */ }
    for (const field of this.form.elements) {
      const name = field.getAttribute("name");
      if (!name) { continue; }
      if (given.has(name)) {
        field.value = given.get(name);
        const fold = field.closest("details"); // what the address fills in is seen
        if (fold && field.value) { fold.open = true; }
      } else if (before[name] && !field.value) { field.value = before[name]; }
    }
  }

  remember() {
    const entries = this.entries();
    const held = Object.fromEntries(this.kept.filter((name) => entries[name]).map((name) => [name, entries[name]]));
    try { localStorage.setItem(MEMORY, JSON.stringify(held)); } catch (refused) { /* then nothing is kept */ }
  }

  forget() {
    try { localStorage.removeItem(MEMORY); } catch (refused) { /* then nothing was kept */ }
  }

  clear() {
    history.replaceState(null, "", location.href.split("#")[0]);
    this.out.replaceChildren();
    this.json.textContent = "";
    this.problems([]);
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const entries = this.entries(), turn = ++this.asked;
    if (!entries.dose_mg && !entries.weight_kg && !entries.vials) { this.clear(); return; }
    history.replaceState(null, "", this.address());
    this.remember();
    try {
      const answer = await this.engine.ask("compose", entries);
      if (turn === this.asked) { this.show(answer, entries); }
    } catch (reason) {
      this.fail(reason);
    }
  }

  /** @param {Error} reason */
  fail(reason) {
    this.state.textContent = reason.message;
    this.out.replaceChildren();
    this.json.textContent = "";
  }

  /** @param {{field: string, message: string}[]} found */
  problems(found) {
    for (const field of this.form.querySelectorAll("[data-field]")) {
      const problem = found.find((one) => one.field === field.dataset.field);
      field.querySelector(".composer-problem").textContent = problem ? problem.message : "";
      const input = field.querySelector("input, select");
      if (problem) { input.setAttribute("aria-invalid", "true"); } else { input.removeAttribute("aria-invalid"); }
    }
  }

  /** @param {any} answer @param {Record<string, string>} entries */
  show(answer, entries) {
    // An empty field that is needed next is no mistake of the reader.
    const wrong = answer.problems.filter((problem) => entries[problem.field] || problem.field === "");
    const next = answer.problems.filter((problem) => !entries[problem.field] && problem.field !== "");
    this.problems(wrong);
    this.json.textContent = JSON.stringify(answer);
    const made = [];
    if (answer.answer) { made.push(el("p", { class: "composed-answer" }, answer.answer)); }
    for (const problem of next) { made.push(el("p", { class: "composed-next" }, `Next: ${problem.message}`)); }
    if (answer.claim) {
      made.push(lines(answer), ...money(answer), ...pictures(answer));
      if (answer.notes.length) { made.push(el("ul", { class: "composed-notes" }, ...answer.notes.map((note) => el("li", {}, note)))); }
      made.push(paper(answer.form), check(answer), sources(answer), this.others(entries),
        folded("Claim file", el("pre", {}, JSON.stringify(answer.claim, null, 1))));
    }
    this.out.replaceChildren(...made);
  }

  /** @param {Record<string, string>} entries */
  others(entries) {
    const box = folded("What would change this answer?");
    box.addEventListener("toggle", async () => {
      if (!(/** @type {HTMLDetailsElement} */ (box)).open || box.dataset.done) { return; }
      box.dataset.done = "yes";
      const found = await this.engine.ask("variants", entries);
      const rows = found.map((other) => {
        const button = el("button", { type: "button", class: "composed-copy" }, other.label);
        button.addEventListener("click", () => {
          this.form.elements.namedItem(other.field).value = other.value;
          this.soon();
        });
        return [button, el("ul", {}, ...other.changes.map((change) => el("li", {}, change)))];
      });
      box.append(table(["Change", "Then"], rows, "composed-others"));
    });
    return box;
  }
}

/** The package draws; the page only places what it drew. @param {any} answer */
function pictures(answer) {
  return answer.pictures.map((drawn) => {
    const read = new DOMParser().parseFromString(drawn.svg, "image/svg+xml");
    return el("figure", { class: `composed-picture picture-${drawn.kind}` }, document.importNode(read.documentElement, true), el("figcaption", {}, drawn.caption));
  });
}

for (const root of document.querySelectorAll(".composer[data-about]")) { new Composer(/** @type {HTMLElement} */ (root)); }
