/**
 * A build plugin that writes the licence texts of everything a bundle contains, because the published package carries
 * that code inside. What is bundled is read from the bundle itself, so the list cannot fall behind.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rolldown } from "tsdown";

const licenceFile = /^(licen[cs]e|copying|notice)/i;

export function thirdPartyNotices(): Rolldown.Plugin {
  return {
    name: "third-party-notices",
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const output of Object.values(bundle)) {
        for (const id of output.type === "chunk" ? output.moduleIds : []) {
          const folder = packageFolder(id);
          if (folder !== undefined) folders.add(folder);
        }
      }
      this.emitFile({ type: "asset", fileName: "THIRD-PARTY-NOTICES.txt", source: noticesOf([...folders]) });
    },
  };
}

function packageFolder(id: string): string | undefined {
  const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id.replace(/^\0/, ""));
  return match?.[1];
}

function noticesOf(folders: readonly string[]): string {
  const notices = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const texts = readdirSync(folder).filter((file) => licenceFile.test(file));
    if (texts.length === 0 && license === undefined) throw new Error(`${name} has no licence`);
    const text = texts.map((file) => readText(join(folder, file))).join("\n\n");
    return { title: `${name} ${version}`, text: `Licence: ${license ?? "see below"}\n\n${text}`.trimEnd() };
  });
  notices.sort((one, other) => (one.title < other.title ? -1 : 1));
  const rule = "-".repeat(80);
  const intro = "Reprise contains the following third-party software.";
  return `${[intro, ...notices.map(({ title, text }) => `${rule}\n${title}\n${text}`)].join("\n\n")}\n`;
}

function readText(file: string): string {
  return readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim();
}
