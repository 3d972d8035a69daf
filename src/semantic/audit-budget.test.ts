import { expect, it } from "vitest";
import { picodollarsPerDollar } from "../core/money.ts";
import { AuditBudget } from "./audit-budget.ts";

const noon = Date.UTC(2026, 0, 1, 12);
const hourMs = 60 * 60 * 1000;
const costing = (dollars: number) => ({
  usage: undefined,
  price: { picodollars: dollars * picodollarsPerDollar, usd: String(dollars), source: "test" },
});

it("a budget of 0 allows nothing", () => {
  expect(new AuditBudget(0).allows(noon)).toBe(false);
});

it("allows until it is spent, and anew on the next day", () => {
  const budget = new AuditBudget(1);
  expect(budget.allows(noon)).toBe(true);
  budget.spend(costing(0.75));
  expect(budget.allows(noon)).toBe(true);
  budget.spend(costing(0.25));
  expect(budget.allows(noon + 11 * hourMs)).toBe(false);
  expect(budget.allows(noon + 12 * hourMs)).toBe(true);
});

it("an answer without a price counts as a thousandth of the day", () => {
  const budget = new AuditBudget(5);
  budget.allows(noon);
  for (let audit = 0; audit < 999; audit++) budget.spend({ usage: undefined, price: undefined });
  expect(budget.allows(noon)).toBe(true);
  budget.spend({ usage: undefined, price: undefined });
  expect(budget.allows(noon)).toBe(false);
});
