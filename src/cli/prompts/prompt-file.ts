import { createReadStream } from "node:fs";
import process from "node:process";
import { RepriseError } from "../../core/errors.ts";
import { mostPromptBytes } from "../../layers/prefix/registry/prompt-registry.ts";

/** The text of a prompt as it stands in the file, to the last line end; `-` is standard input. Throws `RepriseError`. */
export async function readPromptFile(name: string): Promise<string> {
  const source = name === "-" ? "standard input" : name;
  const bytes = await bytesOf(name, source);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unusable(source, "is not UTF-8", "Save it as UTF-8.", cause);
  }
  if (text === "") throw unusable(source, "is empty", "Write the prompt into it.");
  return text;
}

async function bytesOf(name: string, source: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of name === "-" ? process.stdin : createReadStream(name)) {
      chunks.push(chunk as Uint8Array);
      size += (chunk as Uint8Array).length;
      if (size > mostPromptBytes) break;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw unusable(source, `cannot be read (${code})`, "Correct its name or its permissions.", error);
  }
  if (size > mostPromptBytes)
    throw unusable(source, `is larger than ${mostPromptBytes} bytes`, "Put what is longer into the messages of calls.");
  return Buffer.concat(chunks);
}

function unusable(source: string, why: string, remedy: string, cause?: unknown): RepriseError {
  return new RepriseError("prompt_file", { message: `${source} ${why}`, remedy, cause });
}
