"""Publishes events of a cache as vLLM does, with its libraries: batches over PUB, those of before again over ROUTER.

Reads one JSON a line: {"batch": [event, ...]} with events as maps that have a "type"; "form" is "list" (as vLLM did first) or
"map". "lost" sends nothing, "forget" keeps nothing for who asks again, "restart" begins anew with number 0. Says the ports
first, and then who subscribes and asks.
"""

import json
import sys
import threading
import time

import msgspec
import zmq

ORDER = {
    "BlockStored": ["block_hashes", "parent_block_hash", "token_ids", "block_size", "lora_id", "medium"],
    "BlockRemoved": ["block_hashes", "medium"],
    "AllBlocksCleared": [],
}

context = zmq.Context()
publisher = context.socket(zmq.XPUB)
publisher.setsockopt(zmq.XPUB_VERBOSE, 1)
events_port = publisher.bind_to_random_port("tcp://127.0.0.1")
router = context.socket(zmq.ROUTER)
replay_port = router.bind_to_random_port("tcp://127.0.0.1")
print(json.dumps({"events": events_port, "replay": replay_port}), flush=True)

lines = []


def feed():
    for line in sys.stdin:
        lines.append(line)
    lines.append(None)


threading.Thread(target=feed, daemon=True).start()


def packed(batch, form):
    def one(event):
        name = event["type"]
        if form == "map":
            return event
        return [name, *[event.get(key) for key in ORDER[name]]]

    events = [one(event) for event in batch]
    value = {"ts": time.time(), "events": events} if form == "map" else [time.time(), events, 0]
    return msgspec.msgpack.encode(value)


number = 0
kept = []
poller = zmq.Poller()
poller.register(publisher, zmq.POLLIN)
poller.register(router, zmq.POLLIN)
while True:
    ready = dict(poller.poll(5))
    if publisher in ready:
        message = publisher.recv()
        print(json.dumps({"subscribed": message[:1] == b"\x01"}), flush=True)
    if router in ready:
        client, delimiter, first = router.recv_multipart()
        start = int.from_bytes(first, "big")
        print(json.dumps({"replayed": start}), flush=True)
        for seq, payload in kept:
            if seq >= start:
                router.send_multipart([client, b"", seq.to_bytes(8, "big"), payload])
        router.send_multipart([client, b"", (-1).to_bytes(8, "big", signed=True), b""])
    if not lines:
        continue
    line = lines.pop(0)
    if line is None:
        break
    wish = json.loads(line)
    if wish.get("restart"):
        number, kept = 0, []
    if wish.get("forget"):
        kept = []
    payload = packed(wish.get("batch", []), wish.get("form", "list"))
    if "batch" in wish:
        kept.append((number, payload))
        if not wish.get("lost"):
            publisher.send_multipart([b"kv-events", number.to_bytes(8, "big"), payload])
        print(json.dumps({"published": number}), flush=True)
        number += 1
