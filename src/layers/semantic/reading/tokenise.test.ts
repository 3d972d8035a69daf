import { expect, test } from "vitest";
import { tokenise } from "./tokenise.ts";

const cut = (text: string) => tokenise(text).map(({ kind, text }) => `${kind[0]}:${text}`);

test.each([
  ["How do I run it?", ["w:How", "w:do", "w:I", "w:run", "w:it"]],
  ["don't stop mother-in-law's car", ["w:don't", "w:stop", "w:mother-in-law's", "w:car"]],
  [
    "1,000 or 3.5k or $5 or 10 % or 30min",
    ["n:1,000", "w:or", "n:3.5k", "w:or", "n:$5", "w:or", "n:10 %", "w:or", "n:30min"],
  ],
  ["at 15:00, 3 pm, 3 p.m. on 2024-01-05", ["w:at", "n:15:00", "n:3 pm", "n:3 p.m.", "w:on", "n:2024-01-05"]],
  [
    "twenty five or twenty-five or two hundred and five",
    ["n:twenty five", "w:or", "n:twenty-five", "w:or", "n:two hundred and five"],
  ],
  ["the 1st of 24/7 is -5", ["w:the", "n:1st", "w:of", "n:24/7", "w:is", "n:-5"]],
  ["use `a b` and \"c d\" and 'e f'", ["w:use", "c:`a b`", "w:and", 'c:"c d"', "w:and", "c:'e f'"]],
  ["the dogs' owners' club isn't 'that'", ["w:the", "w:dogs", "w:owners", "w:club", "w:isn't", "c:'that'"]],
  ["see https://a.example/b?c=1.", ["w:see", "c:https://a.example/b?c=1"]],
  ["mail me@a.example, /usr/bin/env and ~/x", ["w:mail", "c:me@a.example", "c:/usr/bin/env", "w:and", "c:~/x"]],
  ["git log --oneline -n 5", ["w:git", "w:log", "c:--oneline", "c:-n", "n:5"]],
  ["snake_case and foo() and config.yaml", ["c:snake_case", "w:and", "c:foo()", "w:and", "c:config.yaml"]],
  ["C++ or C# or Node.js", ["c:C++", "w:or", "c:C#", "w:or", "c:Node.js"]],
  ["MP3 and b12 and utf-8", ["c:MP3", "w:and", "c:b12", "w:and", "c:utf-8"]],
  ["is $x^2$ or \\frac{1}{2} more", ["w:is", "c:$x^2$", "w:or", "c:\\frac{1}{2}", "w:more"]],
  ["x = 2 + 3 - 1", ["w:x", "s:=", "n:2", "s:+", "n:3", "s:-", "n:1"]],
  ["well - what is it", ["w:well", "w:what", "w:is", "w:it"]],
  ["```js\nlet a;\n``` what", ["c:```js\nlet a;\n```", "w:what"]],
  ["in the U.S. now", ["w:in", "w:the", "w:U.S.", "w:now"]],
  ["größe 東京 🙂", ["w:größe", "w:東京", "s:🙂"]],
  ["٣ plus Ⅷ", ["c:٣", "w:plus", "c:Ⅷ"]],
  ["what § 5 (a) says – “now”… • yes", ["w:what", "c:§", "n:5", "w:a", "w:says", "w:now", "w:yes"]],
  ["use of ; in it , or not ?", ["w:use", "w:of", "c:;", "w:in", "w:it", "w:or", "w:not"]],
  ["Fish & chips, AT&T", ["w:Fish", "s:&", "w:chips", "w:AT&T"]],
])("%j", (text, spans) => {
  expect(cut(text)).toEqual(spans);
});

test("a name that is the same in any case has one form, an identifier has its own", () => {
  const forms = (text: string) => tokenise(text).map(({ form }) => form);
  expect(forms("Node.js MP3 C++")).toEqual(forms("node.js mp3 c++"));
  expect(forms("aB3x")).not.toEqual(forms("ab3x"));
  expect(forms("user_Name")).not.toEqual(forms("user_name"));
});
