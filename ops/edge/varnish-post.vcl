vcl 4.1;

# Varnish that also answers POSTs which were asked before, by their bodies. It stands on varnish.vcl, which has to lie beside it.
#
# The gateway has to allow it: with `edge: public` (a rule, or `layers.edge.twins`) it says in Content-Location where the answer
# to a POST can be had by GET. What is kept of a POST here is only that: a note, under its path, its body and the header fields
# that an answer may depend on. When such a POST comes again, Varnish asks itself for the twin, which it keeps, asks for anew
# and forgets like any other answer. Where there is none any more, the POST goes to the gateway as it came.
# vmod_bodyaccess is in Debian's package varnish-modules.

import bodyaccess;
import std;

sub vcl_recv {
    if (req.restarts == 0) {
        # Only this file sets it.
        unset req.http.X-Step;
    }
    if (req.http.X-Step == "twin") {
        set req.method = "GET";
        set req.url = req.http.X-Twin;
    } elsif (req.http.X-Step == "pass") {
        set req.method = "POST";
        set req.url = req.http.X-Asked;
        return (pass);
    } elsif (req.restarts == 0 && req.method == "POST" &&
        req.url ~ "^/v1/(chat/completions|completions|responses|messages|embeddings)$" &&
        req.http.Content-Type ~ "(?i)^application/json" &&
        # One that is larger, or does not say how large it is, goes to the gateway as it comes.
        std.integer(req.http.Content-Length, 1000000000) <= 1000000 &&
        !req.http.Cache-Control && !req.http.Pragma && !req.http.Content-Encoding && !req.http.Cookie) {
        if (std.cache_req_body(1MB)) {
            set req.http.X-Step = "note";
            set req.http.X-Asked = req.url;
            return (hash);
        }
    }
}

sub vcl_hash {
    if (req.http.X-Step == "note") {
        hash_data(req.url);
        bodyaccess.hash_req_body();
        # Fields by which the gateway tells callers and calls apart. Add those of other gateways where you let it understand
        # them (`compat.headers`).
        hash_data("authorization:" + req.http.Authorization);
        hash_data("x-api-key:" + req.http.X-Api-Key);
        hash_data("api-key:" + req.http.Api-Key);
        hash_data("anthropic-version:" + req.http.Anthropic-Version);
        hash_data("anthropic-beta:" + req.http.Anthropic-Beta);
        hash_data("openai-organization:" + req.http.OpenAI-Organization);
        hash_data("openai-project:" + req.http.OpenAI-Project);
        hash_data("openai-beta:" + req.http.OpenAI-Beta);
        hash_data("x-ai-user:" + req.http.X-AI-User);
        hash_data("x-ai-prompt:" + req.http.X-AI-Prompt);
        hash_data("x-ai-cache:" + req.http.X-AI-Cache);
        hash_data("x-ai-cache-layers:" + req.http.X-AI-Cache-Layers);
        hash_data("x-ai-cache-namespace:" + req.http.X-AI-Cache-Namespace);
        hash_data("x-ai-cache-version:" + req.http.X-AI-Cache-Version);
        hash_data("x-ai-cache-tags:" + req.http.X-AI-Cache-Tags);
        hash_data("x-ai-cache-ttl:" + req.http.X-AI-Cache-TTL);
        hash_data("x-ai-cache-threshold:" + req.http.X-AI-Cache-Threshold);
        hash_data("x-ai-cache-variant:" + req.http.X-AI-Cache-Variant);
        return (lookup);
    }
}

sub vcl_backend_fetch {
    if (bereq.http.X-Step == "note") {
        set bereq.method = "POST";
    }
    unset bereq.http.X-Asked;
    unset bereq.http.X-Twin;
}

sub vcl_backend_response {
    if (bereq.http.X-Step == "note" && !bereq.uncacheable) {
        if (beresp.status == 200 &&
            beresp.http.Content-Location ~ "^/v1/edge/pub-[A-Za-z0-9_-]+/sha256-[0-9a-f]{64}$") {
            set beresp.ttl = 1h;
            set beresp.grace = 0s;
            set beresp.keep = 0s;
        } else {
            # Others with the same body need not wait for it: there will be no note.
            set beresp.uncacheable = true;
            set beresp.ttl = 30s;
        }
        return (deliver);
    }
}

sub vcl_deliver {
    # There is a note, so there may be a twin.
    if (req.http.X-Step == "note" && obj.hits > 0) {
        set req.http.X-Step = "twin";
        set req.http.X-Twin = resp.http.Content-Location;
        return (restart);
    }
    if (req.http.X-Step == "twin") {
        if (resp.status != 200 && resp.status != 304) {
            set req.http.X-Step = "pass";
            return (restart);
        }
        # To whoever asked by POST it is an answer to a POST: nothing to keep.
        set resp.http.Cache-Control = "private, no-store";
        set resp.http.Content-Location = req.http.X-Twin;
        unset resp.http.ETag;
        unset resp.http.Last-Modified;
    }
}

sub vcl_synth {
    if (req.http.X-Step == "twin") {
        set req.http.X-Step = "pass";
        return (restart);
    }
}

include "./varnish.vcl";
