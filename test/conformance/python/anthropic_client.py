"""Every case twice with the official `anthropic` package, which knows of the gateway nothing but its URL."""

import asyncio
import os

from anthropic import Anthropic, AsyncAnthropic
from report import status_of, tell

BASE = os.environ["REPRISE_URL"]
WEATHER = {
    "name": "weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
PIXEL = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
CASES = {
    "text": {},
    "tools": {"tools": [WEATHER], "tool_choice": {"type": "any"}},
    "image": {},
}


def request_of(name: str, how: str) -> dict:
    question = f"Please: {name} {how}?"
    content = [PIXEL, {"type": "text", "text": question}] if name == "image" else question
    messages = [{"role": "user", "content": content}]
    return {"model": "scripted-large", "max_tokens": 500, "messages": messages, **CASES[name]}


def sync_cases() -> None:
    client = Anthropic(base_url=BASE, api_key="sk-python", max_retries=0)
    for name in CASES:
        statuses, answers = [], []
        for _ in range(2):
            raw = client.messages.with_raw_response.create(**request_of(name, "sync"))
            statuses.append(status_of(raw))
            answers.append(raw.parse().model_dump())
        tell(f"anthropic {name}", statuses, answers)
        statuses, answers = [], []
        for _ in range(2):
            with client.messages.stream(**request_of(name, "sync stream")) as stream:
                statuses.append(status_of(stream.response))
                events = [event.model_dump() for event in stream]
                answers.append([events, stream.get_final_message().model_dump()])
        tell(f"anthropic {name}, streamed", statuses, answers)


async def async_cases() -> None:
    client = AsyncAnthropic(base_url=BASE, api_key="sk-python", max_retries=0)
    for name in CASES:
        statuses, answers = [], []
        for _ in range(2):
            raw = await client.messages.with_raw_response.create(**request_of(name, "async"))
            statuses.append(status_of(raw))
            answers.append((await parsed(raw)).model_dump())
        tell(f"anthropic {name}, async", statuses, answers)
        statuses, answers = [], []
        for _ in range(2):
            async with client.messages.stream(**request_of(name, "async stream")) as stream:
                statuses.append(status_of(stream.response))
                events = [event.model_dump() async for event in stream]
                answers.append([events, (await stream.get_final_message()).model_dump()])
        tell(f"anthropic {name}, async and streamed", statuses, answers)


async def parsed(raw):
    """`parse` of the asynchronous client is awaited in some versions only."""
    value = raw.parse()
    return await value if asyncio.iscoroutine(value) else value


sync_cases()
asyncio.run(async_cases())
