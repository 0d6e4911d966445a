// What the examples of nginx's rules are made of. Literals, because only those join one another.
#pragma once

#define NG_MAIN "worker_processes 4;\nworker_rlimit_nofile 8192;\nevents {\n  worker_connections 4096;\n}\n"
#define NG_HTTP NG_MAIN "http {\n"
#define NG_PASS                                                                                                      \
  "  server {\n    listen 8080;\n    location / {\n      proxy_connect_timeout 2s;\n      proxy_read_timeout 20s;\n" \
  "      proxy_next_upstream_tries 2;\n      proxy_http_version 1.1;\n      proxy_set_header Connection \"\";\n"     \
  "      proxy_pass http://api;\n    }\n  }\n}\n"
