// Prints what the search of the built site finds: node search.mjs finder.js search-index.json '["query", ...]'
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [code, index, queries] = process.argv.slice(2);
await import(pathToFileURL(code));
const finder = new globalThis.Finder(JSON.parse(readFileSync(index, "utf8")));
console.log(JSON.stringify(Object.fromEntries(JSON.parse(queries).map((query) => [query, finder.find(query, 8)]))));
