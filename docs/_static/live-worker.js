// Runs in a worker that was started from a blob, so that it obeys the policy of the page: it can fetch from this site alone.
// It loads the Python engine and the project's own wheel once, and answers questions by name with JSON text.
let answered;

/** @param {string} address @param {(bytes: number) => void} count @returns {Promise<ArrayBuffer>} */
async function fetched(address, count) {
  const response = await fetch(address);
  if (!response.ok || !response.body) { throw new Error(`${response.status} for a file of the calculator`); }
  const reader = response.body.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) { break; }
    chunks.push(value);
    size += value.length;
    count(value.length);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) { whole.set(chunk, at); at += chunk.length; }
  return whole.buffer;
}

/** @param {{engine: string, wheel: string, files: string[], total: number}} where */
async function load(where) {
  let loaded = 0;
  const count = (bytes) => { loaded += bytes; postMessage({ progress: loaded, total: where.total }); };
  // Fetched once with a count for the reader; the engine then finds the files in the browser's cache.
  const wheel = fetched(where.wheel, count);
  await Promise.all(where.files.map((name) => fetched(where.engine + name, count)));
  postMessage({ starting: true });
  const { loadPyodide } = await import(where.engine + "pyodide.mjs");
  const python = await loadPyodide({ indexURL: where.engine });
  python.unpackArchive(await wheel, "wheel");
  answered = python.runPython("from j1553ref.composing import answered; answered");
}

onmessage = async (event) => {
  const { id, load: where, name, text } = event.data;
  try {
    if (where) {
      await load(where);
      postMessage({ id, ready: true });
    } else {
      postMessage({ id, text: answered(name, text) });
    }
  } catch (error) {
    // The message of the engine's last line: a traceback helps no reader, and entries stay where they are.
    const lines = String(error && error.message || error).trim().split("\n");
    postMessage({ id, failed: lines[lines.length - 1] });
  }
};
