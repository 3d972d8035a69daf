/**
 * Does a JSON value match a JSON schema? An interpreter of the part of JSON Schema 2020-12 that model providers take
 * for tools and structured outputs: type, enum, const, properties, required, additionalProperties, items, prefixItems
 * (and the older form of it, a list in `items`), minItems, maxItems, minLength, maxLength, minimum, maximum, both
 * exclusive bounds, multipleOf, anyOf, oneOf, allOf, not, boolean schemas, and `$ref` to a JSON pointer (RFC 6901)
 * within the same schema.
 *
 * Caller and model both choose the input, so every step is paid for from a budget and recursion is bounded. `pattern`
 * and `patternProperties` are not evaluated: a regular expression given by a stranger could block the process. Other
 * keywords are ignored, as the standard says.
 *
 * The question is asked before something is stored, so a doubt is a refusal: an exhausted budget, a reference that
 * leads nowhere, a keyword whose own value makes no sense. A doubt ends the whole evaluation; were it merely `false`,
 * `not` would turn it into consent.
 */

export interface SchemaOptions {
  /** Steps the evaluation may take. Default 100,000. */
  readonly maxSteps?: number;
}

type PlainObject = Readonly<Record<string, unknown>>;
type Keyword = (run: Run, value: never, operand: unknown, schema: PlainObject, depth: number) => boolean;

const defaultSteps = 100_000;
const greatestDepth = 400;
/** So many UTF-16 code units are counted for one step. */
const unitsPerStep = 64;

class Doubt extends Error {}

/** `value` and `schema` are plain JSON, as `JSON.parse` gives it. Never throws. */
export function matchesSchema(value: unknown, schema: unknown, options?: SchemaOptions): boolean {
  try {
    return new Run(schema, options?.maxSteps ?? defaultSteps).matches(value, schema, 0);
  } catch (error) {
    if (error instanceof Doubt) return false;
    throw error;
  }
}

class Run {
  readonly #root: unknown;
  #steps: number;

  constructor(root: unknown, steps: number) {
    this.#root = root;
    this.#steps = steps;
  }

  matches(value: unknown, schema: unknown, depth: number): boolean {
    this.spend(1, depth);
    if (typeof schema === "boolean") return schema;
    const rules = object(schema);
    for (const name of this.names(rules, depth)) {
      const keyword = keywords.get(name);
      if (keyword === undefined || (keyword.on !== "any" && keyword.on !== kindOf(value))) continue;
      if (!keyword.check(this, value as never, rules[name], rules, depth + 1)) return false;
    }
    return true;
  }

  /** The keys of an object, paid for before any is looked at: listing them is the cost. */
  names(value: PlainObject, depth: number): readonly string[] {
    const names = Object.keys(value);
    this.spend(names.length, depth);
    return names;
  }

  /** Pays for looking at each part of a list or at each character of a text. */
  pay(length: number, depth: number): void {
    this.spend(Math.ceil(length / unitsPerStep), depth);
  }

  spend(steps: number, depth: number): void {
    this.#steps -= steps;
    if (this.#steps < 0 || depth > greatestDepth) throw new Doubt();
  }

  /** The part of the root schema at a reference such as `#/$defs/address`. */
  resolve(reference: unknown, depth: number): unknown {
    if (typeof reference !== "string" || !/^#(\/|$)/.test(reference)) throw new Doubt();
    this.pay(reference.length, depth);
    let target = this.#root;
    for (const escaped of reference.split("/").slice(1)) {
      const name = unescapePointer(escaped);
      if (typeof target !== "object" || target === null || !Object.hasOwn(target, name)) throw new Doubt();
      target = (target as PlainObject)[name];
    }
    return target;
  }

  equal(left: unknown, right: unknown, depth: number): boolean {
    this.spend(1, depth);
    if (typeof left === "string") this.pay(left.length, depth);
    if (left === right) return true;
    const kind = kindOf(left);
    if (kind !== kindOf(right) || (kind !== "array" && kind !== "object")) return false;
    const names = this.names(left as PlainObject, depth);
    if (names.length !== this.names(right as PlainObject, depth).length) return false;
    return names.every(
      (name) =>
        Object.hasOwn(right as PlainObject, name) &&
        this.equal((left as PlainObject)[name], (right as PlainObject)[name], depth + 1),
    );
  }
}

function unescapePointer(segment: string): string {
  try {
    return decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    throw new Doubt();
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function object(operand: unknown): PlainObject {
  if (kindOf(operand) !== "object") throw new Doubt();
  return operand as PlainObject;
}

function list(operand: unknown): readonly unknown[] {
  if (!Array.isArray(operand)) throw new Doubt();
  return operand;
}

function number(operand: unknown): number {
  if (typeof operand !== "number") throw new Doubt();
  return operand;
}

const typeNames = new Set(["null", "boolean", "number", "integer", "string", "array", "object"]);

function hasType(value: unknown, type: unknown): boolean {
  if (typeof type !== "string" || !typeNames.has(type)) throw new Doubt();
  return type === "integer" ? Number.isInteger(value) : kindOf(value) === type;
}

/** Code points, as the standard counts them: a surrogate pair is one. */
function codePoints(run: Run, text: string, depth: number): number {
  run.pay(text.length, depth);
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Exact in decimals: 0.3 is a multiple of 0.1, although the doubles do not divide. */
function isMultiple(value: number, divisor: number): boolean {
  if (!(divisor > 0) || !Number.isFinite(divisor) || !Number.isFinite(value)) throw new Doubt();
  const [dividend, dividendShift] = decimal(value);
  const [unit, unitShift] = decimal(divisor);
  const shift = Math.min(dividendShift, unitShift);
  return (dividend * 10n ** BigInt(dividendShift - shift)) % (unit * 10n ** BigInt(unitShift - shift)) === 0n;
}

/** A double as a whole number and the power of ten it is to be multiplied with. */
function decimal(value: number): readonly [bigint, number] {
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
}

const prefixItems: Keyword = (run, value: readonly unknown[], operand, _, depth) => {
  const schemas = list(operand);
  for (let index = 0; index < value.length && index < schemas.length; index++) {
    if (!run.matches(value[index], schemas[index], depth)) return false;
  }
  return true;
};

const items: Keyword = (run, value: readonly unknown[], operand, schema, depth) => {
  if (Array.isArray(operand)) return prefixItems(run, value as never, operand, schema, depth);
  const start = Object.hasOwn(schema, "prefixItems") ? list(schema["prefixItems"]).length : 0;
  for (let index = start; index < value.length; index++) {
    if (!run.matches(value[index], operand, depth)) return false;
  }
  return true;
};

const properties: Keyword = (run, value: PlainObject, operand, _, depth) => {
  const schemas = object(operand);
  return run
    .names(value, depth)
    .every((name) => !Object.hasOwn(schemas, name) || run.matches(value[name], schemas[name], depth));
};

const additionalProperties: Keyword = (run, value: PlainObject, operand, schema, depth) => {
  // Which members these patterns cover is not known, so none can be called additional.
  if (Object.hasOwn(schema, "patternProperties")) return true;
  const named = Object.hasOwn(schema, "properties") ? object(schema["properties"]) : {};
  return run
    .names(value, depth)
    .every((name) => Object.hasOwn(named, name) || run.matches(value[name], operand, depth));
};

const required: Keyword = (run, value: PlainObject, operand, _, depth) =>
  list(operand).every((name) => {
    run.spend(1, depth);
    if (typeof name !== "string") throw new Doubt();
    return Object.hasOwn(value, name);
  });

const oneOf: Keyword = (run, value, operand, _, depth) => {
  let matching = 0;
  for (const schema of list(operand)) {
    if (run.matches(value, schema, depth)) matching++;
    if (matching > 1) return false;
  }
  return matching === 1;
};

const keywords: ReadonlyMap<string, { readonly on: string; readonly check: Keyword }> = new Map(
  Object.entries<Record<string, Keyword>>({
    any: {
      type: (run, value: unknown, operand, _, depth) => {
        if (!Array.isArray(operand)) return hasType(value, operand);
        run.spend(operand.length, depth);
        return operand.some((type) => hasType(value, type));
      },
      enum: (run, value, operand, _, depth) => list(operand).some((member) => run.equal(value, member, depth)),
      const: (run, value, operand, _, depth) => run.equal(value, operand, depth),
      allOf: (run, value, operand, _, depth) => list(operand).every((schema) => run.matches(value, schema, depth)),
      anyOf: (run, value, operand, _, depth) => list(operand).some((schema) => run.matches(value, schema, depth)),
      oneOf,
      not: (run, value, operand, _, depth) => !run.matches(value, operand, depth),
      $ref: (run, value, operand, _, depth) => run.matches(value, run.resolve(operand, depth), depth),
    },
    object: { properties, additionalProperties, required },
    array: {
      items,
      prefixItems,
      minItems: (_, value: readonly unknown[], operand) => value.length >= number(operand),
      maxItems: (_, value: readonly unknown[], operand) => value.length <= number(operand),
    },
    string: {
      minLength: (run, value: string, operand, _, depth) => codePoints(run, value, depth) >= number(operand),
      maxLength: (run, value: string, operand, _, depth) => codePoints(run, value, depth) <= number(operand),
    },
    number: {
      minimum: (_, value: number, operand) => value >= number(operand),
      maximum: (_, value: number, operand) => value <= number(operand),
      exclusiveMinimum: (_, value: number, operand) => value > number(operand),
      exclusiveMaximum: (_, value: number, operand) => value < number(operand),
      multipleOf: (_, value: number, operand) => isMultiple(value, number(operand)),
    },
  }).flatMap(([on, checks]) => Object.entries(checks).map(([name, check]) => [name, { on, check }] as const)),
);
