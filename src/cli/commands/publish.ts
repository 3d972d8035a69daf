import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { defined } from "../../core/defined.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { deleteFromAdmin, getFromAdmin, postToAdmin } from "../admin-client.ts";
import type { GatewayPlace } from "../gateway-trust.ts";
import { headerFieldIn } from "../header-field.ts";
import { MisuseError } from "../misuse-error.ts";
import { actOnGateway, withGatewayFlags } from "./gateway-flags.ts";
import type { Report } from "./report.ts";

/** `reprise publish` and `reprise unpublish`: reviewed answers at URLs of their own, by the admin API of a running gateway. */

interface PublishFlags extends GatewayPlace {
  readonly path?: string;
  readonly entry?: string;
  readonly showVersion?: string;
  readonly prompt?: string;
  readonly every?: string;
  readonly credential?: readonly string[];
  readonly title?: string;
  readonly language?: string;
  readonly tag?: readonly string[];
  readonly draft?: true;
}

interface ListedAnswer {
  readonly slug: string;
  readonly state: string;
  readonly path: string;
  readonly version?: number;
  readonly latest: number;
  readonly changedAt: string;
  readonly every?: string;
  readonly failure?: { readonly reason: string };
  readonly shown?: { readonly version: number; readonly alive: boolean; readonly text: string };
}

export function publishCommand(): Command {
  return withGatewayFlags(new Command("publish"))
    .description("Publish a reviewed answer, see one before it is published, or list what there is.")
    .argument("[name]", "its name in the path, such as opening-hours; without one all are listed")
    .option("--entry <id>", "publish this entry, by the id in X-AI-Cache-Entry")
    .option("--show-version <number>", "show a version that was made before: a draft, or an earlier one")
    .option("--prompt <file>", "publish what this request (JSON) is answered with; see --every")
    .option("--every <duration>", "how often the request of --prompt is asked again, such as 1h")
    .option("--credential <field...>", `a header field for --prompt, such as ${credentialExample}`)
    .option("--path <path>", "where the request of --prompt is asked (default: /v1/chat/completions)")
    .option("--title <text>", "title of the page")
    .option("--language <tag>", "language of the text, such as en")
    .option("--tag <tag...>", "by which it can be purged, besides the tags of the entry")
    .option("--draft", "make a version, and show it to nobody yet")
    .addHelpText("after", examples)
    .action((name: string | undefined, flags: PublishFlags) =>
      actOnGateway(flags, "publish", (config) => publish(config, name, flags), names),
    );
}

export function unpublishCommand(): Command {
  return withGatewayFlags(new Command("unpublish"))
    .description("Withdraw a published answer: from now on it is 410, and caches in front are told to forget it.")
    .argument("<name>", "its name in the path")
    .action((name: string, flags: PublishFlags) =>
      actOnGateway(flags, "unpublish", (config) => withdraw(config, name, flags), names),
    );
}

const names = {
  slug: "The name",
  version: "--show-version",
  tags: "--tag",
  "prompt.every": "--every",
  "prompt.path": "--path",
  "prompt.headers": "--credential",
  "prompt.body": "--prompt",
};

/** The shell must leave it as it is. */
const credentialExample = `'authorization: Bearer \${OPENAI_API_KEY}'`;

const examples =
  "\nExamples:\n  reprise publish opening-hours --entry 'anonymous:3vQk…' --title 'Opening hours' --draft\n  reprise publish opening-hours\n  reprise publish opening-hours --show-version 1\n" +
  `  reprise publish news --prompt news.json --every 1h --credential ${credentialExample}\n\n` +
  "With a name and nothing else the newest version is printed, for whoever reviews it. reprise entries lists ids.\n" +
  "A name in braces after a dollar sign is an environment variable of the gateway, and is stored as it stands.";

async function publish(config: GatewayConfig, name: string | undefined, flags: PublishFlags): Promise<Report> {
  const { entry, showVersion, prompt, title, language, tag: tags, draft } = flags;
  const isWish = isWishIn(flags);
  if (name === undefined) {
    if (isWish) throw new MisuseError("There is no name to publish under", "Say one, such as opening-hours.");
    const listed = (await getFromAdmin(config, flags, "/answers")) as { readonly answers: readonly ListedAnswer[] };
    return { json: listed, text: listText(listed.answers) };
  }
  if (!isWish) {
    const seen = (await getFromAdmin(config, flags, `/answers/${encodeURIComponent(name)}`)) as ListedAnswer;
    return { json: seen, text: seenText(seen) };
  }
  const version = showVersion === undefined ? undefined : wholeNumber(showVersion);
  const fresh = prompt === undefined ? undefined : await freshPrompt(prompt, flags);
  const wish = { slug: name, ...defined({ entry, version, prompt: fresh, title, language, tags, draft }) };
  const done = (await postToAdmin(config, flags, "/answers", wish)) as ListedAnswer;
  const told =
    draft === true
      ? `Version ${done.latest} of ${name} is a draft. See it by reprise publish ${name}, show it by --show-version ${done.latest}.`
      : `Published: version ${done.version} at ${done.path}, and with .txt and .html behind it.`;
  return { json: done, text: told };
}

/** Whether something is to be published. Throws `MisuseError` where flags do not go together. */
function isWishIn(flags: PublishFlags): boolean {
  const named = (["entry", "showVersion", "prompt"] as const).filter((name) => flags[name] !== undefined);
  if (named.length > 1)
    throw new MisuseError(`${named.map(flagOf).join(" and ")} cannot be given together`, "Leave out all but one.");
  for (const [name, needed] of Object.entries(needs))
    if (flags[name as keyof PublishFlags] !== undefined && !needed.some((one) => named[0] === one))
      throw new MisuseError(`${flagOf(name)} needs ${needed.map(flagOf).join(" or ")}`, "Add it, or leave this out.");
  return named.length === 1;
}

const needs: Readonly<Record<string, readonly string[]>> = {
  every: ["prompt"],
  credential: ["prompt"],
  path: ["prompt"],
  draft: ["entry"],
  title: ["entry", "prompt"],
  language: ["entry", "prompt"],
  tag: ["entry", "prompt"],
};

function flagOf(name: string): string {
  return name === "showVersion" ? "--show-version" : `--${name}`;
}

async function withdraw(config: GatewayConfig, name: string, flags: PublishFlags): Promise<Report> {
  const done = (await deleteFromAdmin(config, flags, `/answers/${encodeURIComponent(name)}`)) as ListedAnswer;
  return { json: done, text: `Withdrawn: ${done.path} is gone from now on.` };
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new MisuseError("--show-version must be a whole number", "reprise publish NAME tells the newest one.");
}

async function freshPrompt(file: string, { every, credential = [], path }: PublishFlags) {
  if (every === undefined)
    throw new MisuseError("--prompt needs --every", "Say how often it is asked, such as --every 1h.");
  const headers = credential.map((field) => headerFieldIn("--credential", field));
  const body = await bodyIn(file);
  return {
    path: path ?? "/v1/chat/completions",
    body,
    every,
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
  };
}

async function bodyIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const why =
      error instanceof SyntaxError ? "is not JSON" : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new MisuseError(`${file} ${why}`, "Name a file with the request as a client sends it.");
  }
}

function listText(answers: readonly ListedAnswer[]): string {
  if (answers.length === 0) return "Nothing is published.";
  return answers
    .map(({ slug, state, version, latest, every, failure }) => {
      const shown = version === undefined ? `newest version ${latest}` : `version ${version} of ${latest}`;
      const kept = every === undefined ? "" : `, asked every ${every}`;
      return `${slug}: ${state}, ${shown}${kept}${failure === undefined ? "" : `; failed lately: ${failure.reason}`}`;
    })
    .join("\n");
}

function seenText(answer: ListedAnswer): string {
  const { shown } = answer;
  if (shown === undefined) return listText([answer]);
  const dead = shown.alive ? "" : "\nSomething that it was made of was taken back; it cannot be shown any more.";
  return `${listText([answer])}\nVersion ${shown.version}:${dead}\n\n${shown.text.trimEnd()}`;
}
