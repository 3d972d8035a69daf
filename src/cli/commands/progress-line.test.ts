import { expect, it } from "vitest";
import { progressLine } from "./progress-line.ts";

function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
  return { written, stream: { isTTY, write } };
}

it("writes over one line on a terminal, and takes it away at the end", () => {
  const { written, stream: terminal } = stream(true);
  const progress = progressLine(terminal);
  progress.show("1 of 2");
  progress.show("2 of 2");
  progress.end();
  progress.end();
  expect(written).toEqual(["\r\u001b[K1 of 2", "\r\u001b[K2 of 2", "\r\u001b[K"]);
});

it("writes nothing where nobody looks, and nothing at the end of what showed nothing", () => {
  const { written, stream: file } = stream(false);
  progressLine(file).show("1 of 2");
  const terminal = stream(true);
  progressLine(terminal.stream).end();
  expect([written, terminal.written]).toEqual([[], []]);
});
