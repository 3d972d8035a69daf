// placeholder, replaced by the real parser
export type JsonValue = null | boolean | number | string | JsonNumber | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;
/** A number that an IEEE double cannot hold exactly; kept as text. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
