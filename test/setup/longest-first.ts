import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take most of a minute begin first, so that none of them is left to run alone at the end. What a run before
 * has measured is not there on a new machine, and the size of a file says nothing of that. Those that mostly wait, for
 * leases and timeouts of real servers, alternate with those that compute: at any time some of each are under way.
 */
const long = [
  "integration/redis-fleet",
  "e2e/workers",
  "e2e/embeddings-transfer",
  "e2e/shared-store",
  "chaos/soak",
  "integration/memcached-fleet",
  "e2e/lifecycle",
  "integration/postgres-fleet",
  "e2e/two-gateways",
  "chaos/sqlite-crash",
  "chaos/clock-jumps",
  "integration/redis-gateways",
  "fuzz/fuzz",
  "conformance/python-clients",
  "examples/demo",
  "e2e/purge",
  "e2e/command-line",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = long.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place === -1 ? long.length : place;
    };
    // The files of one project together: a worker serves one project, and would begin anew with each change.
    const isWhole = ({ project }: TestSpecification): number => (project.name === "whole" ? 0 : 1);
    return sorted.sort((one, other) => isWhole(one) - isWhole(other) || placeOf(one) - placeOf(other));
  }
}
