import { expect, test } from "vitest";
import type { BusListener, BusMessage } from "./bus.ts";
import { BusListeners } from "./bus-listeners.ts";

const removed = (key: string): BusMessage => ({ kind: "removed", tenant: "t", key });

function listenerInto(said: string[]): BusListener {
  return {
    heard: (message) =>
      void said.push(
        message.kind === "renewed" ? message.scope : message.kind === "said" ? message.topic : message.key,
      ),
    missed: () => void said.push("missed"),
  };
}

test("all hear everything in its order, until each has ended its own subscription", () => {
  const listeners = new BusListeners();
  const said: string[] = [];
  const listener = listenerInto(said);
  const end = listeners.add(listener);
  listeners.add(listener);
  listeners.heard([removed("a"), removed("b")]);
  expect(said).toEqual(["a", "a", "b", "b"]);
  end();
  end();
  listeners.missed();
  expect(said.slice(4)).toEqual(["missed"]);
  expect(listeners.size).toBe(1);
  listeners.clear();
  listeners.heard([removed("c")]);
  expect(said).toHaveLength(5);
});
