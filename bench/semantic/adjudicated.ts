import { hash } from "node:crypto";

/**
 * Pairs of the data sets that carry no label, or a wrong one, and that were found to ask the same when they were read.
 * They are named by a hash, so that no text of a data set stands here. They count neither as right nor as wrong. Only
 * what Reprise would have served was read: plain caches are wrong a little less often than the tables say.
 */

export function pairName(one: string, other: string): string {
  return hash("sha256", [one, other].sort().join("\n"), "hex").slice(0, 12);
}

export const adjudicatedSame: ReadonlySet<string> = new Set([
  "0b091a00dc59",
  "0d1e52e6e8e8",
  "2c9825a8cee3",
  "2ee4736f99d4",
  "3526060dc6a2",
  "35e3387bef01",
  "3fd91dad2cd8",
  "475bcb4e88fc",
  "4f0bc8601e31",
  "69ef78b5c882",
  "69f6e7edbb0b",
  "7542627a92cf",
  "80125ef830b4",
  "915307339fb0",
  "b787afe6c43f",
  "c2cab3942148",
  "c64188bdc534",
  "eb1f5e410d8f",
  "f2214e92dc0f",
  "fcabdc07419a",
  "fd507e766edd",
  "cffebcd3ef91",
  "096614571ba1",
  "3f75a7bf9178",
  "9ca44107ccf4",
  "ac979c1b7d2c",
  "dd510b7606ce",
  "fa067fd2a1f5",
  "09117ab0aaf3",
]);
