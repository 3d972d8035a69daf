vcl 4.1;

# Varnish that also answers POSTs which were asked before, by their bodies. It stands on varnish.vcl, which has to lie beside it.
#
# The gateway has to allow it: with `edge: public` (a rule, or `layers.edge.twins`) it says in Content-Location where the answer
# to a POST can be had by GET. What is kept of a POST here is only that: a note, under its path, its body and all of its header
# fields but those that are known to change nothing, since the gateway tells callers and calls apart by any other. When such a POST comes again, Varnish asks itself for the twin, which it keeps, asks for anew
# and forgets like any other answer. Where there is none any more, the POST goes to the gateway as it came.
# vmod_bodyaccess and vmod_header are in Debian's package varnish-modules. Where heads of more than 8 KB are to be taken, start
# Varnish with `-p workspace_client=256k`.

import bodyaccess;
import header;
import std;
import xkey;

sub vcl_recv {
    if (req.restarts == 0) {
        # Only this file sets them.
        unset req.http.X-Step;
        unset req.http.X-Asked;
        unset req.http.X-Twin;
        unset req.http.X-Field;
        unset req.http.X-Fields;
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
        !req.http.Cache-Control && !req.http.Pragma && !req.http.Content-Encoding && !req.http.Cookie &&
        # A prompt may be another one tomorrow, under the same name. A digest that is claimed is judged by the gateway.
        !req.http.X-AI-Prompt && !req.http.X-AI-Cache-Digest) {
        # VCL cannot go through fields whose names it does not know. So each that counts gets a common name for a moment; what
        # stands under that is put together in one field, which is hashed, and then each gets its own name back.
        header.regsub(req, "^(?!(?i)(?:accept|accept-encoding|accept-language|connection|content-length|content-type|host|user-agent|origin|referer|via|forwarded|x-forwarded-(?:for|proto|host|port)|x-real-ip|x-request-id|x-correlation-id|x-client-request-id|idempotency-key|traceparent|tracestate|b3|x-b3-[a-z]+|x-stainless-[a-z-]+|sec-fetch-[a-z]+|cdn-loop|cf-ray|cf-visitor|cf-connecting-ip|cf-ipcountry|x-varnish):)(.*)$", "X-Field: \1");
        header.copy(req.http.X-Field, req.http.X-Fields);
        # One that holds what is to part them could pass for two.
        if (header.get(req.http.X-Field, " \|\| ")) {
            set req.http.X-Step = "unclear";
        }
        header.regsub(req, "^X-Field: (.*)$", "\1");
        std.collect(req.http.X-Fields, " || ");
        if (!req.http.X-Step && std.cache_req_body(1MB)) {
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
        hash_data(req.http.X-Fields);
        unset req.http.X-Fields;
        return (lookup);
    }
}

sub vcl_backend_fetch {
    if (bereq.http.X-Step == "note") {
        set bereq.method = "POST";
    }
    unset bereq.http.X-Step;
    unset bereq.http.X-Asked;
    unset bereq.http.X-Twin;
}

sub vcl_backend_response {
    # No other POST is looked up.
    if (bereq.method == "POST" && !bereq.uncacheable) {
        if (beresp.status == 200 &&
            beresp.http.Content-Location ~ "^/v1/edge/pub-[A-Za-z0-9_-]+/sha256-[0-9a-f]{64}$") {
            # The answer is kept with it, though never served. So it is not kept for long.
            set beresp.ttl = 5m;
            set beresp.grace = 0s;
            set beresp.keep = 0s;
            # A purge that takes the twin takes the note and what is kept with it.
            set beresp.http.xkey = beresp.http.Surrogate-Key;
        } else {
            # Others with the same body need not wait for it: there will be no note.
            set beresp.uncacheable = true;
            set beresp.ttl = 30s;
        }
        # The labels are for Varnish alone.
        unset beresp.http.Surrogate-Key;
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
