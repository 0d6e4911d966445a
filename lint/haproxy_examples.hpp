// What the examples of HAProxy's rules begin with. Literals, because only those join one another.
#pragma once

#define HEAD "global\n  maxconn 4000\n  stats socket /run/haproxy.sock\ndefaults\n  mode http\n"
#define TIMES                                                                              \
  "  timeout connect 4s\n  timeout client 20s\n  timeout server 10s\n  timeout queue 2s\n" \
  "  timeout check 2s\n  timeout http-request 5s\n"
#define FRONT "frontend www\n  bind :8080\n  default_backend api\n"
#define BACK "backend api\n"
