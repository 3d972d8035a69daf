"""Every case twice with the official `openai` package, which knows of the gateway nothing but its URL."""

import asyncio
import os

from openai import AsyncOpenAI, OpenAI
from report import status_of, tell

BASE = os.environ["REPRISE_URL"] + "/v1"
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CASES = {
    "text": {},
    "tools": {"tools": [WEATHER], "tool_choice": "required"},
    "json": {"response_format": {"type": "json_object"}},
    "image": {},
}


def request_of(name: str, how: str) -> dict:
    question = f"In JSON, please: {name} {how}?"
    pixel = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    content = [{"type": "text", "text": question}, pixel] if name == "image" else question
    return {"model": "scripted-large", "messages": [{"role": "user", "content": content}], **CASES[name]}


def sync_cases() -> None:
    client = OpenAI(base_url=BASE, api_key="sk-python", max_retries=0)
    for name in CASES:
        statuses, answers = [], []
        for _ in range(2):
            raw = client.chat.completions.with_raw_response.create(**request_of(name, "sync"))
            statuses.append(status_of(raw))
            answers.append(raw.parse().model_dump())
        tell(f"openai {name}", statuses, answers)
        statuses, answers = [], []
        for _ in range(2):
            request = request_of(name, "sync stream")
            raw = client.chat.completions.with_raw_response.create(
                **request, stream=True, stream_options={"include_usage": True}
            )
            statuses.append(status_of(raw))
            answers.append([chunk.model_dump() for chunk in raw.parse()])
        tell(f"openai {name}, streamed", statuses, answers)


async def async_cases() -> None:
    client = AsyncOpenAI(base_url=BASE, api_key="sk-python", max_retries=0)
    for name in CASES:
        statuses, answers = [], []
        for _ in range(2):
            raw = await client.chat.completions.with_raw_response.create(**request_of(name, "async"))
            statuses.append(status_of(raw))
            answers.append(raw.parse().model_dump())
        tell(f"openai {name}, async", statuses, answers)
        statuses, answers = [], []
        for _ in range(2):
            raw = await client.chat.completions.with_raw_response.create(
                **request_of(name, "async stream"), stream=True
            )
            statuses.append(status_of(raw))
            answers.append([chunk.model_dump() async for chunk in raw.parse()])
        tell(f"openai {name}, async and streamed", statuses, answers)


sync_cases()
asyncio.run(async_cases())
