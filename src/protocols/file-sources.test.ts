import { expect, it } from "vitest";
import { fileSourcesOf } from "./file-sources.ts";

const sourcesOf = (body: unknown) => fileSourcesOf(Buffer.from(JSON.stringify(body)));
const user = (...content: object[]) => ({ messages: [{ role: "user", content }] });

it.each<[string, object, readonly string[]]>([
  ["OpenAI's chat", user({ type: "file", file: { file_id: "file-Ab1" } }), ["file:file-Ab1"]],
  [
    "OpenAI's responses",
    {
      input: [
        {
          role: "user",
          content: [
            { type: "input_file", file_id: "file-2" },
            { type: "input_file", file_url: "https://a.example/x.pdf" },
          ],
        },
      ],
    },
    ["file:file-2", "url:https://a.example/x.pdf"],
  ],
  [
    "Anthropic",
    user(
      { type: "document", source: { type: "file", file_id: "file_011" } },
      { type: "document", source: { type: "url", url: "https://a.example/y.pdf" } },
    ),
    ["file:file_011", "url:https://a.example/y.pdf"],
  ],
  [
    "Gemini",
    {
      contents: [
        { parts: [{ fileData: { fileUri: "https://g.example/files/abc" } }, { file_data: { file_uri: "gs://b/c" } }] },
      ],
    },
    ["file:gs://b/c", "file:https://g.example/files/abc"],
  ],
  ["the result of a tool", user({ type: "tool_result", content: [{ source: { file_id: "deep" } }] }), ["file:deep"]],
  ["the same file twice", user({ file_id: "one" }, { file_id: "one" }), ["file:one"]],
  ["words that speak of such fields", user({ type: "text", text: '"file_id":"none"' }), []],
  [
    "a picture by its URL, which is in the key as it stands",
    user({ image_url: { url: "https://a.example/z.png" } }),
    [],
  ],
  ["no files", user({ type: "text", text: "hello" }), []],
])("finds the sources of %s", (_, body, sources) => {
  expect(sourcesOf(body)).toEqual(sources);
});

it("finds those whose fields are named in escapes", () => {
  expect(fileSourcesOf(Buffer.from(String.raw`{"messages":[{"file\u005fid":"one"}]}`))).toEqual(["file:one"]);
  expect(fileSourcesOf(Buffer.from(String.raw`{"\u0066ile\u0055ri":"two"}`))).toEqual(["file:two"]);
});

it("finds none in what is no JSON", () => {
  expect(fileSourcesOf(Buffer.from('{"file_id":'))).toEqual([]);
});
