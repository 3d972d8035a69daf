#!/usr/bin/env bash
# The cache from the command line. Needs a running gateway:
#
#   npm run origin -- --port 9000
#   npm start -- --upstream http://127.0.0.1:9000/v1
#   bash examples/curl.sh
set -euo pipefail
url="${REPRISE_URL:-http://127.0.0.1:8787/v1}"
key="${OPENAI_API_KEY:-sk-example}"
model="${MODEL:-scripted-large}"
question="${QUESTION:-What is the capital of caching?}"
body="{\"model\":\"$model\",\"messages\":[{\"role\":\"user\",\"content\":\"$question\"}]}"

# Prints what the answer says about the cache.
ask() {
  local title="$1"
  shift
  echo "$title"
  curl --silent --show-error --no-buffer --dump-header - --output /dev/null "$url/chat/completions" \
    -H "authorization: Bearer $key" -H 'content-type: application/json' "$@" -d "$body" |
    tr -d '\r' | grep -iE '^(HTTP/|cache-status|x-ai-cache-(status|reason|layer)|age):?' | sed 's/^/  /'
}

ask "the first time"
ask "again"
ask "only what is stored (a miss would be 504)" -H 'cache-control: only-if-cached'
ask "a new answer, which replaces the stored one" -H 'cache-control: no-cache'
ask "without the cache" -H 'cache-control: no-store'
ask "fresh for a minute, in a partition of its own" -H 'x-ai-cache-ttl: 60' -H 'x-ai-cache-namespace: trial'
ask "a field that breaks its rule" -H 'x-ai-cache: sometimes'
