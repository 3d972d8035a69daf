vcl 4.1;

# Varnish in front of Reprise: published answers and twins are kept, everything else passes through and is never stored.
# Copy it to /etc/varnish/default.vcl. Change the addresses and the secret; `edge-servers.md` in the documentation says how the
# gateway is told of it. vmod_xkey is in Debian's package varnish-modules.

import std;
import xkey;

backend default {
    .host = "127.0.0.1";
    .port = "8787";
    .connect_timeout = 2s;
    .first_byte_timeout = 600s;
    .between_bytes_timeout = 120s;
    # Old answers are served in full length of `staleIfError` only while this says that the gateway is away.
    .probe = {
        .url = "/healthz";
        .interval = 1s;
        .timeout = 1s;
        .window = 3;
        .threshold = 2;
        .initial = 2;
    }
}

# Who may purge. The gateway also shows the secret.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.restarts == 0) {
        # Only this file sets it: how old an answer may be. Nothing: as it says itself; "none": fresh; "any": what there is.
        unset req.http.X-Stale;
    }
    if (req.method == "PURGE") {
        if (client.ip !~ purgers || req.http.Authorization != "Bearer CHANGE-THIS-SECRET") {
            return (synth(403, "Forbidden"));
        }
        if (req.http.X-Purge-All) {
            ban("obj.status != 0");
            return (synth(200, "Purged"));
        }
        if (req.http.X-Purge-Labels) {
            set req.http.X-Purged = xkey.purge(req.http.X-Purge-Labels);
            return (synth(200, "Purged"));
        }
        return (purge);
    }

    if (req.url ~ "^/v1/(answers|edge)/") {
        if (req.method != "GET" && req.method != "HEAD") {
            return (synth(405, "Method Not Allowed"));
        }
        if (req.url !~ "^/v1/answers/[a-z0-9.-]+$") {
            # Published answers have no query. Twins may have one, a signature, which is a part of their name.
            set req.url = regsub(req.url, "^(/v1/answers/[^?]*)\?.*$", "\1");
            if (req.url !~ "^/v1/(answers/[a-z0-9.-]+|edge/[A-Za-z0-9_/-]+(\?[A-Za-z0-9_=&-]+)?)$") {
                return (synth(404, "Not Found"));
            }
        }
        if (req.http.X-Stale == "none") {
            set req.grace = 0s;
        } elsif (req.http.X-Stale == "any") {
            # The answer has a bound of its own.
            set req.grace = 365d;
        }
        return (hash);
    }

    # Calls, which are answered for whoever made them. Without fields by which others are misled about where they were going.
    unset req.http.X-Forwarded-Host;
    unset req.http.X-Original-URL;
    unset req.http.X-Rewrite-URL;
    unset req.http.X-HTTP-Method-Override;
    return (pass);
}

sub vcl_hash {
    # The host does not change an answer.
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_fetch {
    # The number of a request is its own, and may tell no two calls apart.
    unset bereq.http.X-Varnish;
    unset bereq.http.X-Stale;
    if (bereq.url ~ "^/v1/(answers|edge)/") {
        unset bereq.body;
        set bereq.http.Host = "reprise";
        # Nothing of a request but its URL may change what is stored. On the way to the gateway is where it counts: a hit
        # looks at none of them.
        unset bereq.http.Authorization;
        unset bereq.http.Cookie;
        unset bereq.http.X-Forwarded-For;
        unset bereq.http.X-Forwarded-Proto;
        unset bereq.http.Forwarded;
        unset bereq.http.Accept;
        unset bereq.http.Accept-Language;
        unset bereq.http.Cache-Control;
        unset bereq.http.Pragma;
        unset bereq.http.Content-Type;
        unset bereq.http.X-Forwarded-Host;
        unset bereq.http.X-Original-URL;
        unset bereq.http.X-Rewrite-URL;
        unset bereq.http.X-HTTP-Method-Override;
    }
}

sub vcl_backend_response {
    if (bereq.uncacheable) {
        return (deliver);
    }
    # Several lines are one field (RFC 9110 section 5.3); without this only the first would be read.
    std.collect(beresp.http.Cache-Control);
    std.collect(beresp.http.CDN-Cache-Control);
    # Only what is for everybody, or, with its signature in its URL, for caches that can be told to forget (RFC 9213). What
    # says two things is not stored.
    if (beresp.http.Cache-Control ~ "(?i)no-store|no-cache" ||
        beresp.http.CDN-Cache-Control ~ "(?i)no-store|no-cache|private" ||
        (beresp.http.Cache-Control ~ "(?i)public" && beresp.http.Cache-Control ~ "(?i)private") ||
        (beresp.http.Cache-Control !~ "(?i)public" && !beresp.http.CDN-Cache-Control) ||
        beresp.http.Set-Cookie || beresp.http.Vary ~ "\*|(?i)authorization|cookie" || beresp.status >= 400) {
        # What failed when it was asked for anew leaves alone what is stored; without this it would be replaced.
        if (beresp.status >= 500 && (bereq.is_bgfetch || bereq.http.If-None-Match || bereq.http.If-Modified-Since)) {
            return (abandon);
        }
        # It is remembered that there is nothing to keep, so that those who ask for it at once do not wait for each other. What
        # can be kept later on is (hit-for-miss). A gateway that fails is no reason to forget what is old.
        set beresp.uncacheable = true;
        set beresp.ttl = 120s;
        if (beresp.status >= 500) {
            set beresp.ttl = 0s;
        }
        set beresp.grace = 0s;
        set beresp.keep = 0s;
        return (deliver);
    }
    # Varnish is told when something changes, so it may keep an answer for longer than a browser (RFC 9213).
    if (beresp.http.CDN-Cache-Control ~ "(^|[ ,])max-age=[0-9]+") {
        set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, "^(.*[ ,])?max-age=([0-9]+).*$", "\2s"), beresp.ttl) - beresp.age;
    }
    # RFC 5861. How much older than fresh it may be while the gateway is well stays with it; Varnish itself keeps it for when
    # the gateway is away. What says nothing of it is not served when it is old.
    set beresp.http.X-Lifetime = beresp.http.Cache-Control;
    if (beresp.http.CDN-Cache-Control) {
        set beresp.http.X-Lifetime = beresp.http.CDN-Cache-Control;
    }
    set beresp.grace = 0s;
    if (beresp.http.X-Lifetime ~ "stale-while-revalidate=[0-9]+") {
        set beresp.grace = std.duration(regsub(beresp.http.X-Lifetime, "^.*stale-while-revalidate=([0-9]+).*$", "\1s"), 0s);
    }
    # Long enough to be asked for with its ETag afterwards. vcl_hit takes from it how long that was.
    set beresp.keep = 1h + beresp.grace;
    if (beresp.http.X-Lifetime ~ "stale-if-error=[0-9]+" &&
        std.duration(regsub(beresp.http.X-Lifetime, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s) > beresp.grace) {
        set beresp.grace = std.duration(regsub(beresp.http.X-Lifetime, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
    }
    unset beresp.http.X-Lifetime;
    set beresp.http.xkey = beresp.http.Surrogate-Key;
    # Labels and lifetimes for caches. Keep them where a CDN stands in front of this one.
    unset beresp.http.Surrogate-Key;
    unset beresp.http.Surrogate-Control;
    unset beresp.http.CDN-Cache-Control;
    unset beresp.http.Cache-Tag;
    unset beresp.http.Cache-Groups;
    return (deliver);
}

sub vcl_hit {
    # Older than it may be while it is asked for anew: whoever asks waits for that, if the gateway is well.
    if (obj.ttl < 0s && obj.ttl + obj.keep - 1h < 0s && !req.http.X-Stale &&
        std.healthy(req.backend_hint)) {
        set req.http.X-Stale = "none";
        return (restart);
    }
}

sub vcl_deliver {
    # The gateway is away, or fails: what is old is better, as long as it is allowed.
    if (resp.status >= 500 && req.http.X-Stale != "any" && req.url ~ "^/v1/(answers|edge)/") {
        set req.http.X-Stale = "any";
        return (restart);
    }
    unset resp.http.xkey;
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}

sub vcl_synth {
    # As above, for an error of Varnish, which has not noticed yet that the gateway is away.
    if (resp.status == 503 && req.http.X-Stale != "any" && req.url ~ "^/v1/(answers|edge)/") {
        set req.http.X-Stale = "any";
        return (restart);
    }
    set resp.http.Cache-Control = "no-store";
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    if (req.http.X-Purged) {
        set resp.http.X-Purged = req.http.X-Purged;
    }
    synthetic(resp.reason + {"
"});
    return (deliver);
}
