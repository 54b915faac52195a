// What ajv says of every document in tests/cases, and what the JSON editor of VS Code says of the claims: JSON on standard output.
// node agree.mjs SCHEMAS CASES SUBJECTS; tests/test_node.py compares it with the other engines.
import { readFileSync, readdirSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import editors from "vscode-json-languageservice";

const [schemas, cases, subjects] = process.argv.slice(2);
const read = (path) => readFileSync(path, "utf8");
const schema = (name) => JSON.parse(read(`${schemas}/${name}.schema.json`));

// A claim may name its schema in the file; every other one is mapped to it, as in an editor's settings.
const editor = editors.getLanguageService({ schemaRequestService: async () => JSON.stringify(schema("claim")) });
editor.configure({ schemas: [{ uri: "file:///claim.schema.json", fileMatch: ["*"] }] });
const open = (text) => {
  const document = editors.TextDocument.create("file:///claim.json", "json", 1, text);
  return [document, editor.parseJSONDocument(document)];
};

const found = {};
// Folder of documents -> schema, and the definition that they follow.
for (const [subject, [name, part]] of Object.entries(JSON.parse(subjects))) {
  const whole = { ...schema(name), ...(part && { $ref: `#/$defs/${part}` }) };
  const validate = addFormats(new Ajv({ allErrors: true, strictTypes: false })).compile(whole);
  for (const folder of ["pass", "fail"]) {
    for (const file of readdirSync(`${cases}/${subject}/${folder}`)) {
      const text = read(`${cases}/${subject}/${folder}/${file}`);
      const errors = validate(JSON.parse(text)) ? [] : validate.errors;
      found[`${subject}/${folder}/${file}`] = {
        ajv: errors.filter((error) => error.keyword !== "if").map((error) => [error.instancePath, error.keyword]),
        editor: subject === "claim" ? (await editor.doValidation(...open(text))).map((error) => error.message) : [],
      };
    }
  }
}

const text = '{"schema_version": "1", "form": "cms1500", "lines": [{"procedure_code": "J1553", }]}';
const [document, parsed] = open(text);
const offered = await editor.doComplete(document, document.positionAt(text.indexOf(" }]") + 1), parsed);
const hover = await editor.doHover(document, document.positionAt(text.indexOf("procedure_code")), parsed);
console.log(JSON.stringify({ found, offered: offered.items.map((item) => item.label), hover: hover.contents }));
