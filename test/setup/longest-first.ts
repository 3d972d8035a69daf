import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take most of a minute begin first, so that none of them is left to run alone at the end. What a run before
 * has measured is not there on a new machine, and the size of a file says nothing of that.
 */

const long =
  /(?:redis|memcached|postgres)-fleet|shared-store|sqlite-crash|soak|embeddings-transfer|e2e\/workers|two-gateways|lifecycle|command-line|e2e\/purge|python-clients|clock-jumps|redis-gateways|fuzz\/fuzz|examples\/demo\.test/;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
