import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface CurlResult {
  readonly exitCode: number;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Runs curl, silent and with the answer's head; its input, if any, is what `--data-binary @-` sends. */
export async function curl(args: readonly string[], input?: string): Promise<CurlResult> {
  const child = spawn("curl", ["--silent", "--no-buffer", "--include", "--max-time", "60", ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const exit = new Promise<number>((resolve, reject) =>
    child.once("error", reject).once("close", (code) => resolve(code ?? -1)),
  );
  const output = await text(child.stdout);
  // Interim answers such as 100 Continue come first.
  const final = output.replace(/^(HTTP\/1\.1 1\d\d [\s\S]*?\r\n\r\n)+/, "");
  const end = final.indexOf("\r\n\r\n");
  const [first = "", ...lines] = final.slice(0, end < 0 ? undefined : end).split("\r\n");
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  return {
    exitCode: await exit,
    status: Number(first.split(" ")[1] ?? 0),
    headers,
    body: end < 0 ? "" : final.slice(end + 4),
  };
}
