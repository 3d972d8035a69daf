import { expect, test } from "vitest";
import { once } from "./once.ts";

interface Subject {
  readonly name: string;
}

test("makes it once of each subject, for each function", () => {
  let made = 0;
  const count = once((subject: Subject) => ({ of: subject.name, number: ++made }));
  const greet = once((subject: Subject) => ({ greeting: `hello, ${subject.name}` }));
  const [one, other]: Subject[] = [{ name: "one" }, { name: "other" }];
  if (one === undefined || other === undefined) throw new Error("two subjects");
  expect(count(one)).toBe(count(one));
  expect(greet(one)).toEqual({ greeting: "hello, one" });
  expect(count(one)).toEqual({ of: "one", number: 1 });
  expect(count(other)).toEqual({ of: "other", number: 2 });
});

test("a copy is another subject, and what was made shows in no subject", () => {
  const greet = once((subject: Subject) => ({ greeting: `hello, ${subject.name}` }));
  const one: Subject = { name: "one" };
  greet(one);
  expect(greet({ ...one, name: "other" })).toEqual({ greeting: "hello, other" });
  expect(Reflect.ownKeys({ ...one })).toEqual(["name"]);
  expect(JSON.stringify(one)).toBe('{"name":"one"}');
});
