// Stands between a job and the tests' GitHub, and says what GitHub's own descriptions hold against the traffic.
//
//   node proxy.mjs UPSTREAM
//
// UPSTREAM is the address that gives the answers. Two addresses are printed, as one line of JSON: `rest` is Prism's
// validating proxy with GitHub's OpenAPI description, whose answers carry what is wrong in the header `sl-violations`;
// `graphql` takes `{query, variables}` and answers with a list of what is wrong. Both end when standard input does.

import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { schema as github } from "@octokit/graphql-schema";
import { buildClientSchema, parse, validate } from "graphql";
import { getVariableValues } from "graphql/execution/values.js";

const require = createRequire(import.meta.url);
const { createLogger } = require("@stoplight/prism-core");
const { getHttpOperationsFromSpec } = require("@stoplight/prism-http");
const { createServer: createProxy } = require("@stoplight/prism-http-server");

async function rest(upstream) {
  const description = fileURLToPath(import.meta.resolve("@octokit/openapi/generated/api.github.com.json"));
  const operations = await getHttpOperationsFromSpec(description);
  const proxy = createProxy(operations, {
    cors: false,
    config: {
      isProxy: true,
      upstream: new URL(upstream),
      validateRequest: true,
      validateResponse: true,
      checkSecurity: true,
      errors: false,
      mock: { dynamic: false },
    },
    components: { logger: createLogger("proxy", { level: "silent" }) },
  });
  return proxy.listen(0, "127.0.0.1");
}

function wrongWith(schema, { query, variables }) {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return [error.message];
  }
  const wrong = validate(schema, document);
  const [operation] = document.definitions;
  const values = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
  return [...wrong, ...(values.errors ?? [])].map((error) => error.message);
}

async function graphql() {
  const schema = buildClientSchema(github.json);
  const server = createServer(async (request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(wrongWith(schema, await json(request))));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

process.stdin.resume().on("end", () => process.exit());
console.log(JSON.stringify({ rest: await rest(process.argv[2]), graphql: await graphql() }));
