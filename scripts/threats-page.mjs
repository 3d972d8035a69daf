/**
 * Which tests cover which threat: those whose titles name its id, and those that `threat-rows.mjs` names. Every threat has
 * one, and what is named exists; else the check of the docs complains.
 */
import { titlesByFile } from "./acceptance-page.mjs";
import { failures, threats } from "./threat-rows.mjs";

/** What is wrong with the rows. */
export function threatComplaints() {
  return read().complaints;
}

export function threatsParts() {
  const { covering } = read();
  const links = (id) =>
    covering
      .get(id)
      .map((file) => `[${file.split("/").at(-1)}](../${file})`)
      .join(", ");
  const attacks = Object.entries(threats).map(([id, { what, how }]) => `| ${id} | ${what} | ${how} | ${links(id)} |`);
  const elsewhere = Object.entries(failures).map(([id, { where, what }]) => {
    return `| ${id} | ${where} | ${what} | ${links(id)} |`;
  });
  return [
    `## Whom it trusts\n\n${trust}\n`,
    `## Attacks\n\n| id | threat | what stands against it | tests |\n|---|---|---|---|\n${attacks.join("\n")}\n`,
    `## What went wrong elsewhere\n\n| id | where | what | tests |\n|---|---|---|---|\n${elsewhere.join("\n")}\n`,
    `## Beyond single tests\n\n${beyond}\n`,
  ];
}

function read() {
  const titles = titlesByFile();
  const complaints = [];
  const covering = new Map();
  for (const [id, { tests }] of Object.entries({ ...threats, ...failures })) {
    const missing = tests.filter(([file, title]) => titles.get(file)?.includes(title) !== true);
    for (const [file, title] of missing)
      complaints.push(`scripts/threat-rows.mjs: ${id} names a test that is not there: ${file}, "${title}"`);
    const own = [...titles].filter(([, all]) => all.some((title) => idsIn(title).includes(id))).map(([file]) => file);
    const named = tests.filter((test) => !missing.includes(test)).map(([file]) => file);
    covering.set(id, [...new Set([...own, ...named])].sort());
    if (covering.get(id).length === 0) complaints.push(`scripts/threat-rows.mjs: no test covers ${id}`);
  }
  return { complaints, covering };
}

/** The ids stand before the colon: `X8, X10 (I1): ...`. */
function idsIn(title) {
  return title.split(": ")[0].match(/\b[VX]\d{1,2}\b/g) ?? [];
}

const trust = `Callers are not trusted, and neither is what they say of themselves: a tenant follows from credentials, a virtual key, or the
word of a proxy that has shown a secret. Origins are trusted to answer, and with nothing else: what they put into header
fields goes to their caller alone. Stores are trusted not to be read only as far as they are not sealed, and never to be
unaltered. Whoever has the admin token, the master key or the rights of the process is trusted; see
[SECURITY.md](../SECURITY.md).`;

const beyond = `- \`npm run bench -- isolation\` looks a million times for an answer of another tenant, in every layer; \`npm test\` some
  thousand times.
- \`test/security/canaries-at-rest.test.ts\` puts a thousand secrets of fifty tenants through SQLite, Redis, PostgreSQL and
  Memcached, sealed, and finds none in any byte of them; \`canaries-in-sight.test.ts\` none in logs, metrics, spans, files, the
  admin API, errors, or answers to others, asked by the SDKs of OpenAI and Anthropic.
- \`npm run fuzz\` feeds whatever reads bytes from outside; see [testing](testing.md#fuzzing).
- The names of models, as callers write them, are told in metrics, statistics and logs. They are no place for secrets.`;
