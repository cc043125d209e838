/**
 * Schemas of answers: a JSON Schema as it stands, or one of a library.
 *
 * Libraries that follow Standard Schema say what fits; most also say their JSON Schema. Zod 3 and the first
 * releases of Zod 4 do not, so theirs is read from their definition.
 */

import { failure, invalid, words } from "./error.js";

const isLibrary = (schema) => !!schema && !!(schema["~standard"] || schema._def);

/** The JSON Schema of a schema. */
export function toJsonSchema(schema, call) {
  if (schema == null || !isLibrary(schema)) return schema;
  try {
    const target = "draft-2020-12";
    return (
      schema["~standard"]?.jsonSchema?.input({ target }) ??
      schema.toJSONSchema?.() ??
      schema.toJsonSchema?.() ??
      fromZod(schema)
    );
  } catch (thrown) {
    throw invalid(`${call}: the schema tells no JSON Schema, pass \`jsonSchema\`: ${words(thrown)}`);
  }
}

/** The value as the schema gives it. A plain JSON Schema is for the other side alone. */
export async function validate(schema, value, call) {
  if (!isLibrary(schema)) return value;
  let said, cause;
  try {
    const standard = schema["~standard"];
    if (!standard) return schema.parse(value);
    const result = await standard.validate(value);
    if (!result.issues) return result.value;
    cause = result.issues;
    said = cause.map(({ path, message }) => `${(path ?? []).map((part) => part.key ?? part).join(".")}: ${message}`).join("; ");
  } catch (thrown) {
    cause = thrown;
    said = words(thrown);
  }
  throw failure("invalid_response", `${call}: the answer does not fit the schema: ${said}`, cause);
}

function fromZod(schema) {
  const found = convert(schema, schema._zod?.def ?? schema._def);
  return schema.description ? { ...found, description: schema.description } : found;
}

function convert(schema, def) {
  const kind = (def.typeName ?? def.type).replace("Zod", "").toLowerCase();
  switch (kind) {
    case "string":
    case "boolean":
    case "null":
      return { type: kind };
    case "number":
      return { type: schema.isInt || def.format?.includes("int") ? "integer" : "number" };
    case "array":
      return { type: "array", items: fromZod(def.element ?? def.type) };
    case "object": {
      const shape = Object.entries(schema.shape);
      const required = shape.filter(([, member]) => !member.isOptional()).map(([name]) => name);
      const properties = Object.fromEntries(shape.map(([name, member]) => [name, fromZod(member)]));
      return { type: "object", properties, required, additionalProperties: false };
    }
    case "record":
      return { type: "object", additionalProperties: fromZod(def.valueType) };
    case "enum":
    case "nativeenum":
      return { enum: Object.values(def.values ?? def.entries) };
    case "literal":
      return { enum: def.values ?? [def.value] };
    case "union":
    case "discriminatedunion":
      return { anyOf: [...def.options].map(fromZod) };
    case "nullable":
      return { anyOf: [fromZod(def.innerType), { type: "null" }] };
    case "any":
    case "unknown":
      return {};
  }
  // What only adds to another: optional, default, catch, readonly, effects, pipe, brand.
  const inner = def.innerType ?? def.schema ?? def.in ?? def.type;
  if (typeof inner != "object") throw new Error(`it has a ${kind}`);
  return fromZod(inner);
}
