// The page's side of the Python engine: starts it when it is first asked, says how far it is, and gives up with words.

/** How long a start may take before the page says that this browser cannot do it. */
const LONGEST = 90000;

/** What the site says of its engine; addresses are as seen from this file. @typedef {{engine: string, wheel: string, files: string[], total: number, worker: string}} About */

export class Engine {
  /** @param {string} about address of the file that says where the engine is @param {(words: string) => void} say */
  constructor(about, say) {
    this.about = about;
    this.say = say;
    /** @type {Map<number, {done: (text: string) => void, failed: (reason: Error) => void}>} */
    this.waiting = new Map();
    this.count = 0;
    /** @type {Promise<void> | undefined} */
    this.started = undefined;
  }

  /** Load the engine; the same promise each time. @returns {Promise<void>} */
  start() {
    this.started = this.started || this.begin().catch((reason) => {
      this.started = undefined;
      throw reason;
    });
    return this.started;
  }

  /** @returns {Promise<void>} */
  async begin() {
    if (location.protocol === "file:") {
      throw new Error("The calculator needs this page from a web address: a browser starts no program from a file. The tables below work.");
    }
    this.say("Starting the calculator …");
    // Asked anew each time: it is small, and names the newest engine and package.
    const about = /** @type {About} */ (await (await fetch(this.about, { cache: "no-cache" })).json());
    const at = (place) => new URL(place, this.about).href;
    const source = await (await fetch(at(about.worker))).text();
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), { type: "module" });
    this.worker = worker;
    await new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error("The calculator did not start in this browser. The tables below work.")), LONGEST);
      worker.onerror = () => { clearTimeout(timer); failed(new Error("This browser does not let the calculator start. The tables below work.")); };
      worker.onmessage = (event) => {
        const { id, ready, progress, total, starting, failed: reason, text } = event.data;
        if (progress !== undefined) {
          this.say(`Loading the calculator: ${mega(progress)} of ${mega(total)} MB. Nothing that you type leaves this computer.`);
        } else if (starting) {
          this.say("Starting the calculator …");
        } else if (id === 0) {
          clearTimeout(timer);
          if (ready) {
            this.say("");
            done(undefined);
          } else {
            worker.terminate(); // else what it still loads would speak over the reason
            failed(new Error(`The calculator did not start: ${reason}`));
          }
        } else {
          const asked = this.waiting.get(id);
          this.waiting.delete(id);
          if (asked) { if (reason === undefined) { asked.done(text); } else { asked.failed(new Error(reason)); } }
        }
      };
      const { files, total } = about;
      worker.postMessage({ id: 0, load: { engine: at(about.engine), wheel: at(about.wheel), files, total } });
    });
  }

  /** Ask the package by name. @param {string} name @param {unknown} question @returns {Promise<any>} */
  async ask(name, question) {
    await this.start();
    const id = ++this.count;
    const text = await new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.worker.postMessage({ id, name, text: JSON.stringify(question) });
    });
    return JSON.parse(text);
  }
}

/** @param {number} bytes */
function mega(bytes) {
  return (bytes / 1e6).toFixed(1);
}
