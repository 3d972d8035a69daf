import { expect, it } from "vitest";
import { postgresFailure } from "./postgres-failure.ts";

const place = "PostgreSQL at 127.0.0.1:6432/cache";

/** As PgBouncer 1.18 and the server behind it say it. */
it.each([
  ["08P01", "unsupported startup parameter: statement_timeout", /ignore_startup_parameters = statement_timeout/],
  ["42P05", 'prepared statement "reprise_get" already exists', /session pooling/],
  ["26000", 'prepared statement "reprise_get" does not exist', /session pooling/],
])("what a pooler does not do is told with its remedy (%s)", (code, message, remedy) => {
  const failure = postgresFailure(Object.assign(new Error(message), { code }), place);
  expect(failure.message).toBe(`${place} cannot be used: ${message}`);
  expect(failure.remedy).toMatch(remedy);
});
