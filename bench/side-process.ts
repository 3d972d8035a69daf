/** A child that holds one side of a benchmark in process: `node side-process.ts FILE SIDE`, then one question a sample. */
import process from "node:process";
import { answerQuestions } from "./child-process.ts";
import type { Sides } from "./sides.ts";

const [file, side] = process.argv.slice(2) as [string, string];
const { sides } = (await import(file)) as { readonly sides: Sides };
const prepare = sides[side];
if (prepare === undefined) throw new Error(`${file} has no side "${side}"`);
const sample = await prepare();
answerQuestions((budgetMs: number) => sample(budgetMs));
console.log("ready");
